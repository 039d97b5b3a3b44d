package io.sonia.gateway;

import io.sonia.contracts.gateway.IncidentRow;
import io.sonia.contracts.gateway.Severity;
import io.sonia.contracts.incident.IncidentManifest;
import io.sonia.journal.Row;
import io.sonia.journal.Sql;
import io.sonia.journal.Tx;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import java.sql.SQLException;
import java.util.Optional;

/** Incidents in the journal; their bundles are files. */
final class IncidentStore {

    private IncidentStore() {}

    static void add(Tx tx, IncidentRow incident, IncidentManifest manifest) throws SQLException {
        tx.sql()
                .update(
                        "INSERT INTO incidents (incident_id, reason, severity, created_at, size_bytes, actor_id, manifest)"
                                + " VALUES (?, ?, ?, ?, ?, ?, ?)",
                        incident.incidentId(),
                        incident.reason(),
                        incident.severity().wireName(),
                        incident.createdAt(),
                        incident.sizeBytes(),
                        incident.actorId(),
                        Json.text(manifest));
    }

    static Optional<IncidentRow> find(Sql sql, String incidentId) throws SQLException {
        return sql.one("SELECT * FROM incidents WHERE incident_id = ?", IncidentStore::incident, incidentId);
    }

    static Optional<IncidentManifest> manifest(Sql sql, String incidentId) throws SQLException {
        return sql.one(
                "SELECT manifest FROM incidents WHERE incident_id = ?",
                row -> Shape.of(IncidentManifest.class).readAnswer(row.json("manifest")),
                incidentId);
    }

    static IncidentRow incident(Row row) throws SQLException {
        return new IncidentRow(
                row.text("incident_id"),
                row.text("reason"),
                Severity.valueOf(row.text("severity")),
                row.instant("created_at"),
                row.number("size_bytes"),
                row.text("actor_id"));
    }
}
