package io.sonia.evaos;

import io.sonia.contracts.backup.RestoredMark;
import io.sonia.evaos.ApprovalLife.Event;
import io.sonia.evaos.ApprovalStore.Edged;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.SoniaException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The first start after stores were put back from a backup. What was given out after the backup is void: fence tokens go
 * on far beyond any of the life that is lost, and approvals that were granted and not used up are cancelled, because they
 * may have been used up in it. What waits for a person waits on.
 */
final class AfterRestore {

    /** Beyond whatever the life that is lost can have given out. */
    static final int NEW_EPOCH = 1_000_000_000;

    private static final int MOST = 10_000;

    private final Foundation base;
    private final Home home;

    AfterRestore(Foundation base, Home home) {
        this.base = base;
        this.home = home;
    }

    /** @throws SoniaException INTEGRITY_FAILED if the restore was broken off */
    void boot() {
        RestoredMark mark = RestoredMark.of(home).orElse(null);
        if (mark == null) {
            return;
        }
        if (!mark.whole()) {
            throw SoniaException.of(
                    ErrorCode.INTEGRITY_FAILED,
                    "Restoring " + mark.backupId() + " was broken off: run ./sonia backup restore once more");
        }
        AuditEvent audit = base.own("backup.restored", "boot");
        base.journal().commit(tx -> {
            Fences.next(tx.sql(), NEW_EPOCH);
            List<Edged> granted = ApprovalStore.open(tx.sql(), "state = 'approved' AND ? = ''", "", MOST);
            ApprovalEdges.end(tx, granted, Event.CANCEL, base.own("approval.cancel", "boot"));
            Map<String, @Nullable Object> detail = new LinkedHashMap<>();
            detail.put("restored_at", mark.restoredAt().toString());
            detail.put("accepted_reason", mark.accepted());
            detail.put("cancelled_approvals", granted.size());
            return tx.audit(audit.about("backup", mark.backupId()).detail(detail));
        });
        RestoredMark.remove(home);
    }
}
