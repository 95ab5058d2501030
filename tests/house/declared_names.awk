# Prints every name that preprocessed declarations put into the program's name space: those outside parentheses and bodies, in a '(*name)',
# and enumerators. Words of the language and the standard types used in declarations are left out.
BEGIN {
    words = "auto const char double enum extern float inline int int8_t int16_t int32_t int64_t intptr_t long namespace operator ptrdiff_t short sizeof " \
            "signed size_t static struct template constexpr typedef typename uint8_t uint16_t uint32_t uint64_t uintptr_t union unsigned void " \
            "volatile wchar_t class bool _Bool C"
    n = split(words, list, " ")
    for (i = 1; i <= n; i++)
        known[list[i]] = 1
}
/^#/ { next }
{ text = text " " $0 }
END {
    gsub(/"C\+\+"|"C"/, " @ ", text)                # extern "C" {: a brace that holds declarations
    gsub(/"[^"]*"/, "", text)
    while (gsub(/<[^<>;(){}]*>/, " ", text)) ;      # template parameters
    gsub(/[^A-Za-z0-9_@]/, " & ", text)
    n = split(text, token, /[ \t]+/)
    for (i = 1; i <= n; i++) {
        t = token[i]
        if (t == "@" && token[i + 1] == "{") { linkage++; i++; continue }
        if (t == "enum") in_enum = 1
        if (t == ";" && depth == 0) in_enum = 0
        if (t == "{") { depth++; continue }
        if (t == "}") { if (depth > 0) depth--; else linkage--; continue }
        if (t == "(") { round++; if (depth == 0 && round == 1 && token[i + 1] == "*") i++; else continue; t = token[++i]; if (t ~ /^[A-Za-z_]/) print t; continue }
        if (t == ")") { round--; continue }
        if (t !~ /^[A-Za-z_]/ || t ~ /^__/ || t ~ /^[A-Z]$/ || t in known || round > 0) continue
        if (depth == 0 || (in_enum && depth == 1 && (token[i - 1] == "{" || token[i - 1] == ",")))
            print t
    }
}
