# Assembles the product: prints the umbrella with every #include "0_floor/part" line replaced by that part. All other lines stay as they are.
# usage: awk -f src/assemble.awk src/rustorch.h > rustorch.h
/^[ \t]*#[ \t]*include[ \t]+"[0-9]+_[^"]*"/ {
    split($0, piece, "\"")
    folder = FILENAME
    sub(/[^\/]*$/, "", folder)
    part = folder piece[2]
    while ((got = (getline line < part)) > 0)
        print line
    if (got < 0) {
        print FILENAME ":" FNR ": cannot read " part | "cat 1>&2"
        exit 1
    }
    close(part)
    next
}
{ print }
