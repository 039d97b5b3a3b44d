package io.sonia.verifier;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/**
 * What the command line asks for.
 *
 * @param tailAllowed entries after the checkpoint may follow attested ones
 */
record Invocation(Command command, List<String> files, List<String> keyFiles, boolean json, boolean tailAllowed) {

    static final String USAGE = """
            usage: java -jar sonia-verifier.jar COMMAND FILE --key KEYS [--key KEYS ...] [--allow-unattested] [--json]

              export FILE      an export of a chain (JSON Lines)
              tiles FILE|DIR   a chain as C2SP tiles, in a zip archive or a folder
              proof FILE       the proof of one entry
              bundle FILE      an incident bundle
              checkpoint FILE  a signed checkpoint
              compare OLD NEW  whether NEW, an export or checkpoint, still holds what OLD held

            KEYS is a file of public keys, one a line. --allow-unattested accepts entries after the checkpoint.
            exit: 0 verified, 1 does not verify, 2 wrong use, 3 cannot be read or is in no known format""";

    /** What is to be verified. */
    enum Command {
        EXPORT(1),
        TILES(1),
        PROOF(1),
        BUNDLE(1),
        CHECKPOINT(1),
        COMPARE(2);

        private final int files;

        Command(int files) {
            this.files = files;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Invocation parse(String... arguments) {
        List<String> files = new ArrayList<>();
        List<String> keyFiles = new ArrayList<>();
        boolean json = false;
        boolean tailAllowed = false;
        Iterator<String> all = Arrays.asList(arguments).iterator();
        Command command = command(all.hasNext() ? all.next() : "");
        while (all.hasNext()) {
            String argument = all.next();
            if (argument.equals("--json")) {
                json = true;
            } else if (argument.equals("--allow-unattested")) {
                tailAllowed = true;
            } else if (argument.equals("--key") && all.hasNext()) {
                keyFiles.add(all.next());
            } else if (argument.startsWith("--")) {
                throw wrong("unknown option or one without its value");
            } else {
                files.add(argument);
            }
        }
        if (files.size() != command.files) {
            throw wrong(command.word() + " takes " + command.files + " file" + (command.files == 1 ? "" : "s"));
        }
        if (keyFiles.isEmpty()) {
            throw wrong("--key is missing");
        }
        return new Invocation(command, files, keyFiles, json, tailAllowed);
    }

    private static Command command(String word) {
        return Arrays.stream(Command.values())
                .filter(each -> each.word().equals(word))
                .findFirst()
                .orElseThrow(() -> wrong("there is no such command"));
    }

    private static Refusal wrong(String message) {
        return Refusal.of(Reason.USAGE, message);
    }
}
