package io.sonia.gateway;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.Listing;
import io.sonia.contracts.gateway.IncidentAnswer;
import io.sonia.contracts.gateway.IncidentCreate;
import io.sonia.contracts.gateway.IncidentCreated;
import io.sonia.contracts.gateway.IncidentFilter;
import io.sonia.contracts.gateway.IncidentList;
import io.sonia.contracts.gateway.IncidentRow;
import io.sonia.contracts.gateway.IncidentVerdict;
import io.sonia.contracts.incident.IncidentManifest;
import io.sonia.journal.Journal;
import io.sonia.journal.Query;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Incidents over HTTP. */
final class IncidentRoutes {

    private final Incidents incidents;
    private final Journal journal;
    private final Cursors cursors;

    IncidentRoutes(Incidents incidents, Journal journal, Cursors cursors) {
        this.incidents = incidents;
        this.journal = journal;
        this.cursors = cursors;
    }

    List<Route<?>> list() {
        return List.of(
                Route.of(Operation.INCIDENT_CREATE, IncidentCreate.class, IncidentCreated.class, this::create),
                Route.of(Operation.INCIDENT_LIST, IncidentFilter.class, IncidentList.class, this::page),
                Route.of(Operation.INCIDENT_GET, IncidentAnswer.class, this::get),
                Route.of(Operation.INCIDENT_BUNDLE, Empty.class, this::bundle),
                Route.of(Operation.INCIDENT_VERIFY, IncidentVerdict.class, this::verify));
    }

    private Reply create(Call<IncidentCreate> call) {
        IncidentCreate wish = call.input();
        Incidents.Made made = incidents.make(wish, call.context());
        IncidentManifest manifest = made.manifest();
        String id = manifest.incidentId();
        IncidentRow row = new IncidentRow(
                id,
                wish.reason(),
                wish.severity(),
                Instant.parse(manifest.createdAt()),
                made.bytes(),
                call.caller().principal());
        String location = "/v1/incidents/" + id;
        Reply.Enveloped reply = Reply.ok(new IncidentCreated(id, manifest, made.bytes(), location))
                .location(location);
        try {
            return journal.commit(tx -> {
                IncidentStore.add(tx, row, manifest);
                tx.remember(call.idempotencyKey(), new StoredReply(200, Json.bytes(reply.data()), location));
                tx.audit(call.audit()
                        .about("incident", id)
                        .detail(Map.of("severity", wish.severity().wireName(), "size_bytes", made.bytes())));
                return reply;
            });
        } catch (RuntimeException e) {
            discard(made, e);
            throw e;
        }
    }

    private static void discard(Incidents.Made made, RuntimeException why) {
        try {
            made.discard();
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    private Reply page(Call<IncidentFilter> call) {
        IncidentFilter filter = call.input();
        Listing.Page<IncidentRow> page = new Listing("incidents", "incident_id")
                .page(journal, cursors, filter.cursor(), filter.limit(), IncidentStore::incident);
        return Reply.ok(new IncidentList(page.rows(), page.rows().size(), page.total(), page.nextCursor()));
    }

    private Reply get(Call<Empty> call) {
        String id = id(call);
        return Reply.ok(new IncidentAnswer(
                known(sql -> IncidentStore.find(sql, id)), known(sql -> IncidentStore.manifest(sql, id))));
    }

    private Reply bundle(Call<Empty> call) {
        String id = id(call);
        known(sql -> IncidentStore.find(sql, id));
        Path file = incidents.bundle(id);
        journal.append(call.audit().about("incident", id));
        return new Reply.File("application/zip", out -> Files.copy(file, out));
    }

    private Reply verify(Call<Empty> call) {
        String id = id(call);
        IncidentVerdict verdict = incidents.check(id, known(sql -> IncidentStore.manifest(sql, id)));
        return journal.commit(tx -> {
            tx.remember(call.idempotencyKey(), new StoredReply(200, Json.bytes(verdict), null));
            tx.audit(call.audit().about("incident", id).detail(Map.of("valid", verdict.valid())));
            return Reply.ok(verdict);
        });
    }

    private static String id(Call<?> call) {
        return Ids.checked(call.path("incident_id"));
    }

    private <T> T known(Query<Optional<T>> query) {
        return journal.read(query).orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND));
    }
}
