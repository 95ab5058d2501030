# Writes every ```c block of a text as a program, NAME_N.c, N being the line of its fence.
# usage: awk -v name=NAME -f snippets.awk README.md
#
# A block with a main is taken as it is, one without is wrapped: lines that begin with '#', and what begins at the left margin with static, typedef
# or struct, up to the '}' or ';' that ends it, go before main; the rest goes into main. What a block takes for granted stands in a comment
# directly above the fence, which readers do not see:
#     <!-- given: rt_module *net = rt_nn_linear(4, 2, NULL); -->
function finish() {
    file = name "_" start ".c"
    if (has_main) {
        printf "%s", all > file
    } else {
        printf "#include \"rustorch.h\"\n#include <stdio.h>\n%s\nint main(void)\n{\n%s%s    return rt_error_pending();\n}\n", outside, given, inside > file
    }
    close(file)
    given = ""
}
/^<!-- given:/ { given = ""; in_given = 1; sub(/^<!-- given:/, "") }
in_given {
    if (/-->/) { in_given = 0; sub(/-->.*/, "") }
    given = given $0 "\n"
    next
}
/^```c[ \t]*$/ { in_block = 1; start = NR; all = outside = inside = ""; has_main = at_file_level = 0; next }
/^```/ && in_block { in_block = 0; finish(); next }
!in_block { if (/[^ \t]/) given = ""; next }
{
    all = all $0 "\n"
    if (/^int main\(/) has_main = 1
    if (/^#/) { outside = outside $0 "\n"; next }
    if (/^(static|typedef|struct)[ \t]/) at_file_level = 1
    if (!at_file_level) { inside = inside "    " $0 "\n"; next }
    outside = outside $0 "\n"
    if (/^}/ || /^[^ \t{].*;[ \t]*(\/\*.*\*\/)?[ \t]*$/) at_file_level = 0
}
