package io.sonia.gates.drill;

/**
 * What goes wrong, and where.
 *
 * @param nth the call of this name, by one thread, at which it goes wrong; the first is 1
 */
record Fault(String call, Kind kind, int nth) {

    /** How a system call can go wrong. */
    enum Kind {
        EIO("error=EIO"),
        ENOSPC("error=ENOSPC"),
        KILL("signal=KILL");

        private final String option;

        Kind(String option) {
            this.option = option;
        }

        /** As strace spells it. */
        String option() {
            return option;
        }
    }

    @Override
    public String toString() {
        return kind + " at " + call + " " + nth;
    }
}
