/** What `filmwright --help` prints. */
export const usage = `filmwright: makes finished films from film documents

  filmwright make FILE [--out DIR] [--json]      make the film: master, subtitles, report
  filmwright make FILE --rows ROWS.csv           one film for each row of a table (CSV or JSON)
  filmwright make FILE --priority bulk --deadline +12h   interactive, normal or bulk, and by when it should be done
  filmwright make FILE --pool gpu --region eu    only on runners of that pool, of that region
  filmwright make FILE --aspect 9:16             in one shape; without it in all of outputs.aspects
  filmwright make FILE --script FILE.de.yaml     dubbed from its translated script; it keeps its pictures
  filmwright script FILE --language de           write its script for translation, or bring it up to date
  filmwright storyboard SCRIPT.txt [--media DIR] the film document of a script, to be looked over and made [--out FILE] [--language L] [--aspect A]
      --model NAME [--or-rules] [--wishes TEXT] [--drawings] [--seed N]   written by a model; see docs/guide/storyboards.md
  filmwright check FILE [--rows ROWS.csv]        say what would go wrong, without making it
  filmwright frame FILE --at 12.5 -o x.png       one finished frame
  filmwright export FILE --otio OUT.otioz        the film for desktop editors (OpenTimelineIO with media)
  filmwright import EDITED.otioz [--out DIR]     the film of a timeline, with what was edited [--original OUT.otioz]
  filmwright serve [--port 7070] [--runners N]   start the platform and stay
      --roles gateway,controller,runner,database   only these of it; see docs/guide/roles.md
      --host ADDRESS --tls-cert FILE --tls-key FILE [--tls-port 7443] --public-url URL   for other machines
      --metrics-port PORT [--metrics-host ADDRESS --metrics-token T]   where controller, runners and database tell how they do; see docs/guide/roles.md
      --pools pools.yaml                           machines that come and go with the work; see docs/guide/pools.md
      --no-sweep, --older 7d, --builds 30d         what the daily sweep removes; see docs/guide/operations.md
  filmwright runner token [--ttl 10m] [--pool P] lets one other machine work for this platform
  filmwright runner --join URL --token TOKEN     work for a platform elsewhere [--pool P] [--slots N] [--models A,B|all] [--grace 60s] [--region R] [--metrics-port PORT] [--home DIR]
  filmwright runner [list | revoke ID]           who works for this platform and on what, and who may
  filmwright runner drain NAME                   let a runner, by name or id, finish what it has and end
  filmwright runner wake NAME                    end the rest of one that failed task after task and was mended
  filmwright pool check NAME|URL                 hold a service of machines to its calls, with one machine that goes again [--token T] [--grace 5m] [--pools FILE]
  filmwright queue [--json]                      what waits for a runner, why, and when it is expected to start
  filmwright press BUILD --priority P --deadline D|none   make a film that waits more or less pressing; \`queue\` tells the id of its build
  filmwright cancel BUILD                        end a film that waits or is being made
  filmwright cancel BUILD --task TASK            stop one task of it, by its address or key, which begins anew elsewhere
      runner, queue, press and cancel ask the platform of --home DIR, or --url URL --token TOKEN
  filmwright workspace [list]                    who shares this platform, on what terms [--home DIR]
  filmwright workspace add NAME | set NAME       [--weight 2] [--cap 8|none] [--gpu-rate 1] [--slot-rate 0.02]; see docs/guide/operations.md
  filmwright workspace token NAME | revoke ID    a token that works for one workspace alone, and its end
  filmwright backup FOLDER|FILE.zip              records and assets as of now, while the platform runs [--home DIR]
  filmwright restore FOLDER|FILE.zip             a backup into an empty home [--home DIR] [--keep-machines]
  filmwright sweep [--dry-run] [--older 7d]      remove assets that nothing names [--builds 30d] [--take-store] [--home DIR]
  filmwright drill [--rounds 20] [--seed 1]      break a platform of its own on purpose and see what it loses [--runners 3] [--platforms 1] [--only FAULT] [--home DIR]
  filmwright drill --url URL --token TOKEN       break runners of its own on a platform that runs, and take away what it made [--pool drill] [--remove]; see docs/guide/operations.md
  filmwright voices [list | install NAME | add FOLDER|NAME]   voices, those that models became too
  filmwright models [list [--all] | show NAME]   the models of this machine, and those that may be added; see docs/guide/models.md
  filmwright models add NAME|SOURCE              fetch one [--accept-licence] [--pin] [--yes, though no engine here runs it] [--card FILE] [--name N --capability C --licence L --select PATH --convert ncnn|tfjs]
      SOURCE is hf:OWNER/NAME@REVISION[/PATH], npm:PACKAGE@VERSION, pypi:PACKAGE==VERSION, https://... or file:PATH
  filmwright models list --for 24GB|none [--capability C]   those that run with so much GPU memory, and what they take
  filmwright models measure [NAME]               how long models load and run here, and the memory they take
  filmwright models remove NAME | verify [NAME]  remove one [--yes, though films use it], or read all again
  filmwright models pack NAME... --out F | unpack F   models for machines without a network [--expect DIGEST]
  filmwright --version

FILMWRIGHT_HOME names the folder of all state.`;
