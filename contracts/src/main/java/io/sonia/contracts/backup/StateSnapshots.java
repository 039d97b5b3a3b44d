package io.sonia.contracts.backup;

import io.sonia.journal.Answers;
import io.sonia.journal.Journal;
import io.sonia.journal.StoreCopy;
import io.sonia.journal.StoreCut;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Timers;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A service's part in a backup: its store as it is while all services hold still, copied once they go on. */
public final class StateSnapshots {

    /** How long a service holds still if nobody lets it go on; within it all have to. */
    public static final Duration HOLD = Duration.ofSeconds(3);

    /** A cut that nobody copies is forgotten: it keeps the write-ahead log from being emptied. */
    private static final Duration FORGOTTEN = Duration.ofMinutes(2);

    private record Current(String backupId, StoreCut cut) {}

    private final ServiceName service;
    private final Home home;
    private final Journal journal;
    private final Timers timers;
    private @Nullable Current current;

    public StateSnapshots(ServiceName service, Home home, Journal journal, Timers timers) {
        this.service = service;
        this.home = home;
        this.journal = journal;
        this.timers = timers;
    }

    public Route<?> route() {
        return Route.of(Operation.STATE_SNAPSHOT, SnapshotRequest.class, SnapshotAnswer.class, this::step);
    }

    private Reply step(Call<SnapshotRequest> call) {
        String id = Ids.checked(call.input().backupId());
        return switch (call.input().step()) {
            case HOLD -> {
                hold(id);
                yield Reply.ok(new SnapshotAnswer(id, SnapshotRequest.Step.HOLD, null));
            }
            case COPY -> copy(id, call);
            case DROP -> {
                take(id).ifPresent(StoreCut::close);
                yield Reply.ok(new SnapshotAnswer(id, SnapshotRequest.Step.DROP, null));
            }
        };
    }

    private synchronized void hold(String id) {
        if (current != null) {
            current.cut().close();
            current = null;
        }
        current = new Current(id, journal.cut(HOLD));
        timers.after("store cut", FORGOTTEN, () -> take(id).ifPresent(StoreCut::close));
    }

    private synchronized Optional<StoreCut> take(String id) {
        if (current == null || !current.backupId().equals(id)) {
            return Optional.empty();
        }
        StoreCut cut = current.cut();
        current = null;
        return Optional.of(cut);
    }

    private Reply copy(String id, Call<SnapshotRequest> call) {
        BackupStore store;
        try (StoreCut cut = take(id).orElseThrow(
                        () -> SoniaException.of(ErrorCode.INVALID_STATE, "Nothing is held for this backup"))) {
            Path target = BackupFolder.staging(home, id).store(service);
            cut.copy(target);
            store = BackupStore.of(StoreCopy.of(target));
        }
        return journal.commit(tx -> {
            tx.audit(call.audit()
                    .about("backup", id)
                    .detail(Map.of("audit_size", store.auditSize(), "rows", store.rows())));
            return Answers.keep(tx, call, Reply.ok(new SnapshotAnswer(id, SnapshotRequest.Step.COPY, store)));
        });
    }
}
