package io.sonia.contracts.audit;

import io.sonia.journal.AuditChain;
import io.sonia.journal.AuditTree;
import io.sonia.journal.Checkpoint;
import io.sonia.journal.Journal;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Compares a store with the last signed head of its chain, which is kept outside of it. */
public final class HeadCheck {

    private final ServiceName chain;
    private final Journal journal;
    private final ExternalHeads heads;

    public HeadCheck(ServiceName chain, Journal journal, ExternalHeads heads) {
        this.chain = chain;
        this.journal = journal;
        this.heads = heads;
    }

    /**
     * Refuses a store that is not what was signed. If an operator has accepted exactly that, it goes on record instead.
     *
     * @param event of the acceptance
     * @throws SoniaException AUDIT_CHAIN_BROKEN with cause and cure
     */
    public void require(AuditEvent event) {
        Optional<String> problem = problem();
        if (problem.isEmpty()) {
            return;
        }
        Optional<Acceptance> accepted = heads.accepted(chain);
        if (accepted.isEmpty()) {
            throw SoniaException.of(
                    ErrorCode.AUDIT_CHAIN_BROKEN,
                    "The store of " + chain + " is not what was signed of it (" + problem.get()
                            + "): put back the newest copy, or accept the loss with ./sonia audit accept " + chain
                            + " --reason=<why>");
        }
        AuditChain.Head kept = journal.chain().head();
        Checkpoint lost = newest().map(ExternalHeads.Head::checkpoint).orElse(null);
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("problem", problem.get());
        detail.put("accepted_reason", accepted.get().reason());
        detail.put("accepted_at", accepted.get().acceptedAt().toString());
        detail.put("lost_size", lost == null ? null : lost.size());
        detail.put("lost_root", lost == null ? null : lost.root());
        detail.put("size", kept.size());
        detail.put("last_hash", kept.hash());
        journal.append(event.about("audit_head", chain.wireName()).detail(detail));
    }

    /** What the store contradicts the last signed head in; empty if in nothing. */
    public Optional<String> problem() {
        Optional<ExternalHeads.Head> head;
        try {
            head = heads.newest(chain);
        } catch (SoniaException e) {
            return Optional.of(e.text());
        }
        if (head.isEmpty()) {
            return journal.tree()
                    .anchor()
                    .map(anchor -> "the head of " + anchor.size() + " entries that was signed is not on file");
        }
        if (!signed(journal.tree().pruned())) {
            return Optional.of("its beginning was removed up to a head that was never signed");
        }
        Checkpoint signed = head.get().checkpoint();
        if (signed.size() < journal.tree().pruned().map(AuditTree.Anchor::size).orElse(0L)) {
            return Optional.of("the head that is on file is older than the entries that were removed");
        }
        long stored = journal.chain().head().size();
        if (stored < signed.size()) {
            return Optional.of("it ends at entry " + stored + ", and entries up to " + signed.size() + " were signed");
        }
        return journal.tree().root(signed.size()).equals(signed.root())
                ? Optional.empty()
                : Optional.of("some of its first " + signed.size() + " entries are others");
    }

    /** What was signed last, as this store remembers it, if that is what the store holds. */
    public boolean anchored() {
        Optional<AuditTree.Anchor> anchor = journal.tree().anchor();
        return anchor.isEmpty()
                || (anchor.get().size() <= journal.chain().head().size()
                        && journal.tree()
                                .root(anchor.get().size())
                                .equals(anchor.get().root())
                        && signed(anchor));
    }

    /** Whether the notary has signed what an anchor says, if there is one. */
    private boolean signed(Optional<AuditTree.Anchor> anchor) {
        return anchor.isEmpty()
                || heads.head(chain, anchor.get().note())
                        .filter(head -> head.checkpoint().size() == anchor.get().size()
                                && head.checkpoint().root().equals(anchor.get().root()))
                        .isPresent();
    }

    private Optional<ExternalHeads.Head> newest() {
        try {
            return heads.newest(chain);
        } catch (SoniaException e) {
            return Optional.empty();
        }
    }
}
