package io.sonia.evaos;

import io.sonia.contracts.audit.Acceptance;
import io.sonia.contracts.audit.ExternalHeads;
import io.sonia.contracts.audit.HeadRequest;
import io.sonia.contracts.audit.NotaryKey;
import io.sonia.contracts.audit.NotaryKeyList;
import io.sonia.contracts.audit.SignedHead;
import io.sonia.contracts.audit.SignedHeads;
import io.sonia.journal.Answers;
import io.sonia.journal.AuditTree;
import io.sonia.journal.Checkpoint;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.identity.NotaryKeys;
import io.sonia.kernel.identity.NoteKey;
import io.sonia.kernel.identity.SignedNote;
import io.sonia.kernel.settings.HeadPlaces;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Signs what the services say their audit chains are, and never anything that takes back what it signed before. What it
 * signed last is in its own store and, as files, outside of it.
 */
final class Notary {

    private static final String BUNDLE = "/bundle";

    private final Foundation base;
    private final Home home;
    private final ExternalHeads heads;
    private volatile NotaryKeys keys;

    /**
     * @param places where the heads are kept beside the store
     * @throws SoniaException AUTH_UNAVAILABLE if the keys are missing or bad
     */
    Notary(Foundation base, Home home, HeadPlaces places) {
        this.base = base;
        this.home = home;
        this.keys = NotaryKeys.load(home);
        this.heads = new ExternalHeads(places, () -> keys.publicKeys());
    }

    /** Puts keys on record that are not yet: the first ones, and one whose rotation was interrupted. */
    void boot() {
        List<String> known = base.journal().read(HeadStore::keys).stream()
                .map(NotaryKey::publicKey)
                .toList();
        for (NoteKey key : keys.publicKeys()) {
            if (!known.contains(key.text())) {
                base.journal().commit(tx -> introduce(tx, key, base.own("notary.key.made", "boot")));
            }
        }
    }

    synchronized Reply sign(Call<HeadRequest> call) {
        HeadRequest asked = call.input();
        ServiceName chain = ServiceName.byWireName(asked.chain())
                .filter(each -> each == call.caller().via())
                .orElseThrow(() -> SoniaException.of(ErrorCode.FORBIDDEN, "A service asks for its own chain only"));
        Optional<HeadStore.Signed> inside = base.journal().read(sql -> HeadStore.head(sql, chain));
        Optional<Acceptance> accepted = heads.accepted(chain);
        if (accepted.isEmpty()) {
            requireGrowth(asked, furthest(inside, heads.newestOnFile(chain)));
        }
        Checkpoint checkpoint = new Checkpoint(heads.origin(chain), asked.size(), asked.root());
        SignedNote note = keys.sign(checkpoint.text());
        HeadStore.Signed signed = new HeadStore.Signed(
                chain.wireName(),
                asked.size(),
                asked.root(),
                asked.lastHash(),
                note.toString(),
                base.clock().now());
        base.journal().commit(tx -> {
            if (accepted.isPresent()) {
                tx.audit(acceptance(call.audit(), inside, signed, accepted.get()));
            }
            HeadStore.put(tx.sql(), signed);
            return signed;
        });
        heads.advance(chain, note);
        if (accepted.isPresent()) {
            heads.forget(chain);
            heads.replace(chain, note);
        }
        return Reply.ok(answer(signed));
    }

    /** Puts what was signed into the places that are not written at each signature. */
    synchronized void publish() {
        Map<String, String> notes = new TreeMap<>();
        base.journal().read(HeadStore::heads).forEach(head -> notes.put(head.chain(), head.note()));
        heads.publish(notes);
    }

    Reply list(Call<Empty> call) {
        return Reply.ok(new SignedHeads(
                base.journal().read(HeadStore::heads).stream().map(this::answer).toList()));
    }

    Reply keys(Call<Empty> call) {
        return Reply.ok(new NotaryKeyList(base.journal().read(HeadStore::keys)));
    }

    /** Puts a new key into use; what the old one signed stays good. */
    synchronized Reply rotate(Call<Empty> call) {
        NotaryKeys next = NotaryKeys.rotate(home, base.ids());
        keys = next;
        return base.journal().commit(tx -> {
            introduce(tx, next.current(), call.audit());
            return Answers.keep(tx, call, Reply.ok(new NotaryKeyList(HeadStore.keys(tx.sql()))));
        });
    }

    private String introduce(Tx tx, NoteKey key, AuditEvent event) throws SQLException {
        Instant now = base.clock().now();
        NoteKey bundle = key.named(key.name() + BUNDLE);
        HeadStore.addKey(tx.sql(), new NotaryKey(key.id(), "Ed25519", key.text(), "audit", now, null));
        HeadStore.addKey(tx.sql(), new NotaryKey(bundle.id(), "Ed25519", bundle.text(), "bundle", now, null));
        tx.audit(event.about("notary_key", key.id()).detail(Map.of("public_key", key.text())));
        return key.id();
    }

    /** What was signed last, by whichever place has come further. */
    private static @Nullable Checkpoint furthest(
            Optional<HeadStore.Signed> inside, Optional<ExternalHeads.Head> outside) {
        List<Checkpoint> signed = new ArrayList<>();
        inside.ifPresent(head -> signed.add(new Checkpoint(head.chain(), head.size(), head.root())));
        outside.ifPresent(head -> signed.add(head.checkpoint()));
        Checkpoint furthest = null;
        for (Checkpoint each : signed) {
            furthest = furthest == null || each.size() > furthest.size() ? each : furthest;
        }
        return furthest;
    }

    private static void requireGrowth(HeadRequest asked, @Nullable Checkpoint before) {
        long size = before == null ? 0 : before.size();
        boolean grows = before == null
                ? asked.consistency().isEmpty()
                : AuditTree.consistent(size, before.root(), asked.size(), asked.root(), asked.consistency());
        if (!grows) {
            throw SoniaException.of(
                            ErrorCode.INTEGRITY_FAILED,
                            "The head does not continue what was signed last, or the proof is not from its size")
                    .with("size", size);
        }
    }

    private static AuditEvent acceptance(
            AuditEvent event, Optional<HeadStore.Signed> lost, HeadStore.Signed kept, Acceptance acceptance) {
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("accepted_reason", acceptance.reason());
        detail.put("accepted_at", acceptance.acceptedAt().toString());
        detail.put("lost_size", lost.map(HeadStore.Signed::size).orElse(null));
        detail.put("lost_root", lost.map(HeadStore.Signed::root).orElse(null));
        detail.put("size", kept.size());
        detail.put("root", kept.root());
        return event.about("audit_head", kept.chain()).detail(detail);
    }

    private SignedHead answer(HeadStore.Signed signed) {
        SignedNote note = SignedNote.parse(signed.note()).orElseThrow();
        String origin = note.text().substring(0, note.text().indexOf('\n'));
        String keyId = note.signer(keys.publicKeys()).map(NoteKey::id).orElse("");
        return new SignedHead(
                signed.chain(),
                origin,
                signed.size(),
                signed.root(),
                signed.lastHash(),
                note.text(),
                note.signatures(),
                keyId,
                signed.signedAt());
    }
}
