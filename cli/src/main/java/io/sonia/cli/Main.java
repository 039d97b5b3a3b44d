package io.sonia.cli;

import java.util.List;

/** The {@code sonia} command: talks to a running stack through its public interfaces, and starts and stops it. */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        Workplace place = Workplace.of(System.getenv());
        System.exit(run(place, args));
    }

    /** A plain start goes its own way: it needs neither the other commands nor a parser, and its time is measured. */
    static int run(Workplace place, String... args) {
        List<String> words = List.of(args);
        try {
            if (words.equals(List.of("up"))) {
                return new Up(place).call();
            }
            if (words.equals(List.of("up", Up.ALL_IN_ONE))) {
                return new Up(place).allInOne().call();
            }
        } catch (Exception e) {
            return Commands.failed(e, place);
        }
        return Commands.run(place, args);
    }
}
