# What check.sh and matrix.sh share: counted results, and compilers that must be there.
passed=0
failed=0

# result STATUS NAME [LOG]: one line per result; of a failure, also the end of its log.
result() {
    if [ "$1" -eq 0 ]; then
        passed=$((passed + 1))
        echo "pass  $2"
    else
        failed=$((failed + 1))
        echo "FAIL  $2"
        [ $# -lt 3 ] || tail -n 40 "$3" | sed 's/^/      /'
    fi
}

# The last line, and whether all went well.
summary() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# need COMMAND PACKAGE: fails with the Debian package's name where the command is absent.
need() {
    command -v "$1" > /dev/null || { echo "$1 is absent: it comes with the Debian package $2"; return 1; }
}
