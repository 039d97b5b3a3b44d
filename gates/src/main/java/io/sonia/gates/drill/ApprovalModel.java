package io.sonia.gates.drill;

/**
 * An approval as the contract has it, for one caller at a time: what a checker of histories compares the recorded
 * answers with. The first decision wins, and what was approved is used up once.
 */
public final class ApprovalModel {

    static final String WON = "won";
    static final String LOST_TO = "lost to ";
    static final String CONSUMED = "consumed";
    static final String REFUSED = "refused";

    private String decision = "";
    private int execution;

    /** Made anew by the checker for each history. */
    public ApprovalModel() {}

    /** A decider's word, {@code approved} or {@code denied}. */
    public String decide(String word) {
        if (decision.isEmpty()) {
            decision = word;
            return WON;
        }
        return LOST_TO + decision;
    }

    /** An execution, from 1 on, uses the approval; the same one may do so again. */
    public String consume(int by) {
        if (!decision.equals("approved") || (execution != 0 && execution != by)) {
            return REFUSED;
        }
        execution = by;
        return CONSUMED;
    }
}
