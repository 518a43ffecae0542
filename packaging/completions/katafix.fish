# fish completion of katafix.

function __katafix_command
    for word in (commandline -opc)[2..]
        if contains -- $word check diff apply restore
            echo $word
            return
        end
    end
    return 1
end

# Is the command typed one of these?
function __katafix_is
    set -l command (__katafix_command)
    and contains -- $command $argv
end

function __katafix_wants_run
    __katafix_is restore
    and not string match -qr -- '^(--list|.*\dZ)$' (commandline -opc)
end

# __katafix_run OPTIONS WORD...: what katafix prints, with the values typed for those options.
function __katafix_run -a options
    set -l words (commandline -opc)
    set -l call (string replace -r '^~/' "$HOME/" -- $words[1]) $argv[2..]
    for index in (seq 2 (count $words))
        set -l parts (string split -m 1 = -- $words[$index])
        if contains -- $parts[1] (string split ' ' -- $options)
            set -a parts $words[(math $index + 1)]
            set -a call $parts[1] (string replace -r '^~/' "$HOME/" -- $parts[2])
        end
    end
    command $call 2>/dev/null </dev/null
end

function __katafix_runs
    __katafix_run '--root --backup-dir' restore --list | string replace -rf '^([\dT.]+Z) .*' '$1' | sort -ru
end

# Of several roots each has its JSON in one line. Wildcards are escaped, for these names become
# patterns; a name with a backslash is left out.
function __katafix_handlers
    __katafix_run '--root --roots-from --config --config-dir --data-dir --policy' check --json |
        sed 's/"name":"/\\n"name": "/g' |
        sed -n '/^ *"name": "/{s/^[^:]*: "//;s/",".*//;s/",$//;s/\\\\"/"/g;/\\\\/d;s/[[*?]/\\\\&/g;p;}' | sort -u
end

complete -c katafix -f
complete -c katafix -n 'not __katafix_command' -a check -d 'Tells which handlers need the flag. Writes nothing.'
complete -c katafix -n 'not __katafix_command' -a diff -d 'Shows what apply would change. Writes nothing.'
complete -c katafix -n 'not __katafix_command' -a apply -d 'Sets the flag, with a backup.'
complete -c katafix -n 'not __katafix_command' -a restore -d 'Undoes the last run, or run RUN.'
complete -c katafix -n '__katafix_is check diff apply' -F
complete -c katafix -n __katafix_wants_run -k -a '(__katafix_runs)' -d run

complete -c katafix -l root -x -a '(__fish_complete_directories)' -d 'work on the node below DIR'
complete -c katafix -n '__katafix_is check diff apply' -l roots-from -r -F -d 'the same with a DIR from each line of FILE'
complete -c katafix -n '__katafix_is check diff apply' -l config -r -F -d 'work on the tree of that main file, with its imports or drop-ins'
complete -c katafix -n '__katafix_is check diff apply' -l config-dir -x -a '(__fish_complete_directories)' -d 'CRI-O\'s drop-in directory beside --config'
complete -c katafix -n '__katafix_is check diff apply' -l engine -x -a 'containerd crio' -d 'containerd or crio: look at this engine alone'
complete -c katafix -n '__katafix_is check diff apply' -l data-dir -x -a '(__fish_complete_directories)' -d 'where k3s or rke2 keeps its data'
complete -c katafix -n '__katafix_is check diff apply' -l containerd-version -x -a '1.3 1.6 1.7 2.0 2.1 2.2 2.3 2.4' -d 'how containerd V reads the files: 2.1, 1.7.24'
complete -c katafix -n '__katafix_is check diff apply' -l crio-version -x -a '1.18 1.24 1.30 main' -d 'how CRI-O V reads the files: 1.30, 1.24.3'
complete -c katafix -n '__katafix_is check diff apply' -l offline -d 'run no program, and ask no running engine'
complete -c katafix -n '__katafix_is check diff apply' -l handler -x -a '(__katafix_handlers)' -d 'take handlers of this name for Kata (repeatable)'
complete -c katafix -n '__katafix_is check diff apply' -l skip -x -a '(__katafix_handlers)' -d 'leave handlers of this name alone (repeatable)'
complete -c katafix -n '__katafix_is check diff apply' -l policy -r -F -d 'what the node\'s owner decided, or none (default: /etc/katafix.toml)'
complete -c katafix -n '__katafix_is check diff apply' -l require-kata -d 'no Kata handler at all is trouble (status 2)'
complete -c katafix -n '__katafix_is check diff apply' -l strict -d 'a warning is trouble, too (status 2)'
complete -c katafix -n '__katafix_is apply restore' -s n -l dry-run -d 'write nothing: show what would be done'
complete -c katafix -n '__katafix_is apply restore' -l diff -d 'print the diff, too'
complete -c katafix -n '__katafix_is diff apply' -l validate -x -a "auto none 'containerd --config %s config dump' 'crio --config %s --config-dir %s.d config'" -d 'who judges a copy of what the engine would load, before anything is replaced'
complete -c katafix -n '__katafix_is check diff apply' -l in-place -d 'overwrite files that cannot be replaced: single bind mounts, hard links'
complete -c katafix -n '__katafix_is apply' -l restart -d 'restart what was changed or is stale (systemctl); where it does not come up, put the files back'
complete -c katafix -n '__katafix_is apply' -l restart-timeout -x -d 'seconds that it may take to serve (default: 60)'
complete -c katafix -l backup-dir -x -a '(__fish_complete_directories)' -d 'keep backups in DIR (default: /var/lib/katafix)'
complete -c katafix -n '__katafix_is check diff apply' -l no-backup -d 'keep none: the FILEs are under version control'
complete -c katafix -n '__katafix_is apply' -l keep -x -d 'keep the backups of the last N runs (default: 20)'
complete -c katafix -n '__katafix_is restore' -l list -d 'show the runs instead of undoing one'
complete -c katafix -l format -x -a 'text json gcc github sarif' -d 'text, json, or for reviews gcc, github or sarif'
complete -c katafix -l json -d 'the same as --format json'
complete -c katafix -n '__katafix_is check' -l metrics -r -F -d 'leave metrics for Prometheus in FILE (NAME.prom)'
complete -c katafix -n '__katafix_is check apply' -l summary -r -F -d 'leave a line of JSON in FILE: /dev/termination-log'
complete -c katafix -n '__katafix_is check diff apply' -l exit-zero -d 'end with 0 whatever is found: the report tells'
complete -c katafix -n '__katafix_is check' -l every -x -d 'look again each SECONDS, until a signal comes'
complete -c katafix -l color -x -a 'auto always never' -d 'auto, always or never (NO_COLOR is heeded)'
complete -c katafix -s q -l quiet -d 'no report, only errors'
complete -c katafix -s v -l verbose -d 'show all handlers and notes, and what is read'
complete -c katafix -s V -l version -d 'print the version'
complete -c katafix -s h -l help -d 'print this help'
