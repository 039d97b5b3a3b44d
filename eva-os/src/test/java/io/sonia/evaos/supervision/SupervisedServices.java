package io.sonia.evaos.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.evaos.ServiceRecord;
import io.sonia.contracts.evaos.ServiceState;
import io.sonia.evaos.supervision.FakeLauncher.FakeProcess;
import io.sonia.journal.Journal;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.metrics.Metrics;
import io.sonia.testkit.FakeClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A supervisor of fake processes by a clock that the test moves, and what a test of it does and looks at. */
abstract class SupervisedServices {

    static final ServiceName MEMORY = ServiceName.MEMORY_ENGINE;
    static final Duration MOMENT = Duration.ofSeconds(1);

    @TempDir
    Path folder;

    final FakeClock clock = new FakeClock();
    final Set<ServiceName> sick = EnumSet.noneOf(ServiceName.class);
    FakeLauncher launcher = new FakeLauncher();
    boolean probeBroken;
    private Metrics metrics;
    Journal journal;
    Supervision supervision;

    @BeforeEach
    void start() {
        journal = Samples.journal(folder, clock);
        supervision = supervision(Samples.plans(folder));
    }

    @AfterEach
    void close() {
        journal.close();
    }

    void healthy() {
        supervision.begin();
        settle();
        assertThat(state(MEMORY)).isEqualTo(ServiceState.HEALTHY);
    }

    /** Time enough for two good probes. */
    void settle() {
        turn(Duration.ofMillis(300));
        turn(Duration.ofMillis(300));
    }

    void crashUntil(ServiceState end) {
        for (int i = 0; i < 20 && state(MEMORY) != end; i++) {
            FakeProcess last = launcher.of(MEMORY).getLast();
            last.exits(70);
            turn(Duration.ZERO);
            if (state(MEMORY) == ServiceState.RESTARTING) {
                turn(Duration.ofSeconds(10));
            }
        }
        assertThat(state(MEMORY)).isEqualTo(end);
    }

    void turn(Duration later) {
        clock.advance(later);
        Stream.of(ServiceName.values()).forEach(each -> supervision.of(each).turn());
    }

    Supervision supervision(List<ChildPlan> plans) {
        Supervision.Parts parts = Samples.parts(folder, Samples.CONFIG, journal, clock, this::look);
        metrics = parts.metrics();
        return new Supervision(plans, parts, launcher);
    }

    private Look look(ServiceName service) {
        if (probeBroken) {
            throw new IllegalStateException("no probe");
        }
        return sick.contains(service) ? new Look(null, "sick") : new Look(1.0, null);
    }

    FakeProcess process(ServiceName service) {
        return launcher.of(service).getLast();
    }

    ServiceRecord record(ServiceName service) {
        return supervision.of(service).record();
    }

    ServiceState state(ServiceName service) {
        return record(service).state();
    }

    List<ServiceState> states(ServiceName... services) {
        return (services.length == 0 ? Stream.of(ServiceName.values()) : Stream.of(services))
                .map(this::state)
                .toList();
    }

    List<String> edges(ServiceName service) {
        return journal.read(sql -> sql.list(
                "SELECT operation FROM audit_entries WHERE resource_id = ? ORDER BY seq",
                row -> row.text("operation"),
                service.wireName()));
    }

    String column(String column, ServiceName service) {
        return journal.read(sql -> sql.one(
                        "SELECT " + column + " AS value FROM service_state WHERE name = ?",
                        row -> row.text("value"),
                        service.wireName()))
                .orElseThrow();
    }

    String budgetColumn(String column) {
        return journal.read(sql -> sql.one(
                        "SELECT " + column + " AS value FROM restart_budgets WHERE service_name = 'memory-engine'",
                        row -> row.text("value")))
                .orElseThrow();
    }

    void sql(String statement) {
        journal.commit(tx -> tx.sql().update(statement));
    }

    boolean metric(String line) {
        return new String(metrics.text(), StandardCharsets.UTF_8).contains(line);
    }
}
