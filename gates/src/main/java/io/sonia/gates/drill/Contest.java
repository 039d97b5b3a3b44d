package io.sonia.gates.drill;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One approval that several deciders want, and what each of them was told. Deciders add to it at the same time. */
final class Contest {

    /** The one whose word counted. */
    record Winner(String decision, long fence, String at) {}

    private final String approval;
    private final String digest;
    private final long askedFence;
    private final int deciders;
    private final History history = new History();
    private final List<Winner> winners = new ArrayList<>();
    private final List<Winner> named = new ArrayList<>();
    private final List<String> oddities = new ArrayList<>();

    Contest(Answer asked, int deciders) {
        this.approval = asked.text("data", "approval", "approval_id");
        this.digest = asked.text("data", "digest");
        this.askedFence = asked.number("data", "fence_token");
        this.deciders = deciders;
    }

    String approval() {
        return approval;
    }

    String digest() {
        return digest;
    }

    long askedFence() {
        return askedFence;
    }

    int deciders() {
        return deciders;
    }

    History history() {
        return history;
    }

    /** @param answer null if it was lost */
    synchronized void told(String word, @Nullable Answer answer, long start, long end) {
        if (answer == null) {
            history.add(History.Step.decide(word, null, start, Long.MAX_VALUE));
        } else if (answer.good()) {
            winners.add(new Winner(
                    answer.text("data", "status"),
                    answer.number("data", "fence_token"),
                    answer.text("data", "approval", "decided_at")));
            history.add(History.Step.decide(word, ApprovalModel.WON, start, end));
            if (!answer.text("data", "status").equals(word)) {
                oddities.add(word + " was answered with " + answer.body());
            }
        } else if (answer.status() == 409 && answer.code().equals("ALREADY_DECIDED")) {
            Winner other = new Winner(
                    answer.text("error", "details", "winner", "decision"),
                    answer.number("error", "details", "winner", "fence_token"),
                    answer.text("error", "details", "winner", "decided_at"));
            named.add(other);
            history.add(History.Step.decide(word, ApprovalModel.LOST_TO + other.decision(), start, end));
        } else {
            oddities.add(word + " was refused with " + answer.body());
        }
    }

    /** The winner that answers name, or null while there is none. */
    synchronized @Nullable Winner winner() {
        return !winners.isEmpty() ? winners.getFirst() : named.isEmpty() ? null : named.getFirst();
    }

    /** True if of some request nobody knows what became of it. */
    boolean lostAnswers() {
        return history.steps().stream().anyMatch(each -> each.result() == null);
    }

    /** What is wrong with the answers by themselves. */
    synchronized List<String> faults() {
        List<String> faults = new ArrayList<>(oddities);
        Winner winner = winner();
        if (winner == null) {
            faults.add("nobody decided");
        } else {
            if (winners.size() > 1 || (winners.isEmpty() && !lostAnswers())) {
                faults.add("there are " + winners.size() + " winners: " + winners);
            }
            if (named.stream().anyMatch(each -> !each.equals(winner))) {
                faults.add("the winner is " + winner + " and losers were told of " + named);
            }
            if (winner.fence() <= askedFence) {
                faults.add("the fence went from " + askedFence + " to " + winner.fence());
            }
        }
        return faults.stream().map(each -> approval + ": " + each).toList();
    }
}
