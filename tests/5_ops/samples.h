/* For the tests of all rows: schema lines taken apart, and one valid call of every row. */
#ifndef RUSTORCH_TESTS_SAMPLES_H
#define RUSTORCH_TESTS_SAMPLES_H

#include "arguments.h"
#include "tables/all.h"

/* ---- schemas, read by rules of their own, not the library's ---- */

enum { SCHEMA_PARAMS = 12, SCHEMA_WORD = 48 };

typedef struct schema_param {
    char type[SCHEMA_WORD];        /* without alias marks: "Tensor", "int[1]?" */
    char alias[SCHEMA_WORD];       /* what stood between the brackets of Tensor(a!) */
    char name[SCHEMA_WORD];
    char normal[SCHEMA_WORD];      /* default; "" for none */
    bool keyword;                  /* behind the star */
} schema_param;

typedef struct schema {
    char name[64], base[64];
    int n_params, n_results;
    schema_param param[SCHEMA_PARAMS];
    char result[3][SCHEMA_WORD];
} schema;

/* One piece of text into room for it; false if it is empty or too long. */
static inline bool schema_piece(char *into, size_t room, const char *from, size_t n)
{
    if (n == 0 || n >= room)
        return false;
    memcpy(into, from, n);
    into[n] = '\0';
    return true;
}

/* "Tensor(a!)? self=None", n characters. */
static inline bool schema_read_param(schema_param *p, const char *text, size_t n)
{
    char word[2 * SCHEMA_WORD];
    if (!schema_piece(word, sizeof word, text, n))
        return false;
    char *equals = strchr(word, '='), *open = strchr(word, '('), *close = open ? strchr(open, ')') : NULL;
    char *space = equals ? equals : word + strlen(word);
    while (space > word && *space != ' ')      /* a default may hold some: [1, 1] */
        space--;
    if (*space != ' ' || (open && (!close || close > space)))
        return false;
    if (equals && !schema_piece(p->normal, sizeof p->normal, equals + 1, strlen(equals + 1)))
        return false;
    if (!schema_piece(p->name, sizeof p->name, space + 1, equals ? (size_t)(equals - space) - 1 : strlen(space + 1)))
        return false;
    if (!open)
        return schema_piece(p->type, sizeof p->type, word, (size_t)(space - word));
    *close = *space = '\0';
    snprintf(p->alias, sizeof p->alias, "%.47s", open + 1);
    *open = '\0';
    snprintf(p->type, sizeof p->type, "%.40s%.4s", word, close + 1);
    return p->type[0] != '\0';
}

/* A whole line; false if it is no schema. */
static inline bool schema_read(schema *s, const char *line)
{
    memset(s, 0, sizeof *s);
    size_t n = strcspn(line, "(");
    bool keyword = false;
    if (!line[n] || !schema_piece(s->name, sizeof s->name, line, n) || !schema_piece(s->base, sizeof s->base, line, strcspn(line, ".(")))
        return false;
    const char *at = line + n + 1;
    while (*at != ')') {
        int depth = 0;
        size_t length = 0;
        while (at[length] && (depth > 0 || (at[length] != ',' && at[length] != ')'))) {
            depth += (at[length] == '(' || at[length] == '[') - (at[length] == ')' || at[length] == ']');
            length++;
        }
        if (!at[length])
            return false;
        if (length == 1 && *at == '*') {
            if (keyword)
                return false;
            keyword = true;
        } else {
            if (s->n_params == SCHEMA_PARAMS || !schema_read_param(&s->param[s->n_params], at, length))
                return false;
            s->param[s->n_params++].keyword = keyword;
        }
        at += length;
        if (*at == ',' && (*++at != ' ' || *++at == ')'))
            return false;
    }
    if (strncmp(at, ") -> ", 5) != 0)
        return false;
    at += 5;
    bool several = *at == '(';
    at += several;
    while (*at && *at != ')' && s->n_results < 3) {
        size_t length = strncmp(at, "Tensor", 6) == 0 ? 6 : 0;
        if (at[length] == '(')
            length += strcspn(at + length, ")") + 1;
        if (!length || !schema_piece(s->result[s->n_results++], SCHEMA_WORD, at, length))
            return false;
        at += length;
        at += strcspn(at, ",)");
        at += strspn(at, ", ");
    }
    return s->n_results > 0 && (!several || *at++ == ')') && *at == '\0';
}

/* ---- a valid call of every row ---- */

#define ROW(name, rule, flags, sample, kind, low, high, calls) { name, flags, sample },
typedef struct sample { const char *name; int flags; const char *call; } sample;

static const sample samples[] = {
#include "tables/all.h"
};
enum { N_SAMPLES = sizeof samples / sizeof *samples };

static inline const char *sample_of(const char *name)
{
    for (int i = 0; i < N_SAMPLES; i++)
        if (strcmp(samples[i].name, name) == 0)
            return samples[i].call;
    return NULL;
}

/* Flags of its entry in the tables. */
static inline int flags_of(const char *name)
{
    for (int i = 0; i < N_SAMPLES; i++)
        if (strcmp(samples[i].name, name) == 0)
            return samples[i].flags;
    return 0;
}

#endif
