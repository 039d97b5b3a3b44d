package io.sonia.verifier;

import java.io.PrintStream;

/** Verifies, with nothing but a file and the public keys, what the audit log left the platform as. */
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments, System.out, System.err));
    }

    static int run(String[] arguments, PrintStream out, PrintStream err) {
        Invocation invocation;
        try {
            invocation = Invocation.parse(arguments);
        } catch (Refusal refusal) {
            err.println("sonia-verifier: " + refusal.message() + "\n\n" + Invocation.USAGE);
            return refusal.reason().exitCode();
        }
        Report report = Commands.run(invocation);
        out.println(invocation.json() ? report.json() : report.text());
        return report.exitCode();
    }
}
