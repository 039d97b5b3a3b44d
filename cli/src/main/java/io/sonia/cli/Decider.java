package io.sonia.cli;

import io.sonia.contracts.evaos.Approval;

/** Who says yes or no to the calls of a turn. */
interface Decider {

    /** What was said about one call. */
    enum Word {
        YES,
        NO,
        /** Nothing: the call waits for somebody else. */
        LEAVE,
        /** The whole turn is to stop. */
        STOP
    }

    Word decide(Approval approval);

    /** Whether a turn should wait for the word. */
    default boolean prompt() {
        return true;
    }

    /** Leaves every call to a later decision. */
    Decider NOBODY = new Decider() {
        @Override
        public Word decide(Approval approval) {
            return Word.LEAVE;
        }

        @Override
        public boolean prompt() {
            return false;
        }
    };

    /** Says yes to every call; for scripts whose author takes the responsibility. */
    Decider EVERYTHING = approval -> Word.YES;
}
