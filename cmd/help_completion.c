/* help_completion: the completion script for bash, see help.h. Main thread. */
#include <stdio.h>

#include "cmd/help.h"
#include "config/flags.h"

static void put_command_names(void)
{
    for (int i = 0; commands[i] != NULL; i++)
        printf("%s%s", i > 0 ? " " : "", commands[i]->name);
}

/* The flags whose values are words of a list: the same in all commands. */
static void put_values(void)
{
    for (int i = 0; i < table_count; i++) {
        const struct table_row *row = &table_rows[i];
        char flag[TABLE_FLAG_MAX];
        if (row->type != TABLE_ENUM)
            continue;
        table_flag(row, flag);
        printf("    --%s) words=\"", flag);
        for (int n = 0; row->names[n] != NULL; n++)
            printf("%s%s", n > 0 ? " " : "", row->names[n]);
        puts("\" ;;");
    }
}

static void put_flags(const struct command *command)
{
    printf("        %s) words=\"", command->name);
    if (command->sections == NULL)
        fputs("--man --markdown --completion", stdout);
    else
        fputs("--config --help --version", stdout);
    for (int i = 0; command->sections != NULL && i < table_count; i++) {
        char flag[TABLE_FLAG_MAX + 8];
        if (!flags_spell(command->sections, &table_rows[i], flag))
            continue;
        printf(" %s", flag);
        if (table_rows[i].type == TABLE_BOOL)
            printf(" --no-%s", flag + 2);
    }
    puts("\" ;;");
}

void help_completion(void)
{
    puts("# bash completion of moodtop; made by: moodtop help --completion bash\n"
         "_moodtop() {\n"
         "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
         "    local command=live words= i");
    fputs("    local commands=\"", stdout);
    put_command_names();
    puts("\"\n"
         "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "        case \" $commands \" in\n"
         "        *\" ${COMP_WORDS[i]} \"*) command=${COMP_WORDS[i]}; break ;;\n"
         "        esac\n"
         "    done\n"
         "    [[ $cur == = ]] && cur=\n"
         "    [[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
         "    case $prev in");
    put_values();
    puts("    esac\n"
         "    if [[ -z $words && $cur == -* ]]; then\n"
         "        case $command in");
    for (int i = 0; commands[i] != NULL; i++)
        put_flags(commands[i]);
    puts("        esac\n"
         "    elif [[ -z $words && ( $COMP_CWORD -eq 1 || $command == help ) ]]; then\n"
         "        words=$commands\n"
         "    fi\n"
         "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
         "}\n"
         "complete -o default -F _moodtop moodtop");
}
