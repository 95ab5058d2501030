# Prints every RT_API declaration that has no comment on its own lines or on the line directly above it.
function finish() {
    if (!documented)
        print place ": " first
    open = 0
}
FNR == 1 { above = 0; in_comment = 0; open = 0 }
!open && !in_comment && /^[ \t]*RT_API[ \t]/ {
    open = 1
    documented = above
    place = FILENAME ":" FNR
    first = $0
}
open {
    if (/\/\*/) documented = 1
    if (/;/) finish()
    above = 0
    next
}
/^[ \t]*\/\*/ { in_comment = 1 }
{ above = in_comment && /\*\/[ \t]*$/ }
/\*\// { in_comment = 0 }
