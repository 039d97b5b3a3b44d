package io.sonia.gates.drill;

import io.sonia.contracts.audit.ExternalHeads;
import io.sonia.contracts.audit.HeadCheck;
import io.sonia.journal.AuditTree;
import io.sonia.journal.Checkpoint;
import io.sonia.journal.Journal;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.identity.NoteKey;
import io.sonia.kernel.identity.SignedNote;
import io.sonia.kernel.settings.HeadPlaces;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.List;

/** Signs the head of a small store into a folder outside of it, as EVA-OS does, and compares the two at a start. */
final class OutsideHead {

    private final KeyPair pair;
    private final NoteKey key;
    private final ExternalHeads heads;
    private final AuditEvent accepted;

    /** @param accepted what goes on record if somebody accepted that they differ; in a drill nobody does */
    OutsideHead(Path folder, AuditEvent accepted) throws GeneralSecurityException {
        this.pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        this.key = new NoteKey("sonia/drill", pair.getPublic());
        this.heads = new ExternalHeads(new HeadPlaces(List.of(folder), null), () -> List.of(key));
        this.accepted = accepted;
    }

    void sign(Journal journal, ServiceName chain) {
        journal.tree().integrate();
        AuditTree.Growth growth = journal.tree().growth(0);
        Checkpoint checkpoint = new Checkpoint(heads.origin(chain), growth.size(), growth.root());
        SignedNote note = SignedNote.sign(checkpoint.text(), key, pair.getPrivate());
        heads.advance(chain, note);
        journal.tree()
                .anchor(new AuditTree.Anchor(
                        growth.size(),
                        growth.lastHash(),
                        growth.root(),
                        note.toString(),
                        Clock.system().now()));
    }

    /** Refuses a store that is not what was signed, as each start does. */
    void require(Journal journal, ServiceName chain) {
        new HeadCheck(chain, journal, heads).require(accepted);
    }
}
