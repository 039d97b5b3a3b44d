package io.sonia.testkit;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.audit.Attestation;
import io.sonia.contracts.audit.AuditRoutes;
import io.sonia.contracts.audit.ExternalHeads;
import io.sonia.contracts.audit.HeadCheck;
import io.sonia.journal.Journal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.identity.Ed25519;
import io.sonia.kernel.identity.NoteKey;
import io.sonia.kernel.settings.AuditConfig;
import io.sonia.kernel.settings.HeadPlaces;
import java.util.List;

/** Audit routes for a service that is served without the rest of the house. */
public final class Audits {

    private Audits() {}

    private static final AuditConfig CONFIG =
            new AuditConfig(10_000, 1_000, 300, 90, List.of(), false, null, null, null);

    /** Of a chain whose heads nobody signs. */
    public static AuditRoutes unsigned(ServiceName service, Journal journal, Home home, Clock clock, Ids ids) {
        NoteKey nobody = new NoteKey("sonia/test", Ed25519.newKeyPair().getPublic());
        ExternalHeads heads = new ExternalHeads(HeadPlaces.of(home, null, null), () -> List.of(nobody));
        Attestation attestation = new Attestation(new HeadCheck(service, journal, heads), () -> {}, CONFIG);
        return new AuditRoutes(service, journal, Cursors.of(home, clock), attestation, clock, ids);
    }
}
