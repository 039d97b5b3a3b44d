package io.sonia.journal;

import static io.sonia.journal.JournalContract.code;
import static io.sonia.journal.Samples.count;
import static io.sonia.journal.Samples.event;
import static io.sonia.journal.Samples.insert;
import static io.sonia.journal.Samples.key;
import static io.sonia.journal.Samples.reply;
import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two journals on one database, as two processes of a service have them. */
class PostgresSharingIT {

    private final TestClock clock = new TestClock();
    private final PostgresDatabase database = PostgresSchemas.empty();
    private final Journal one = open();
    private final Journal other = open();

    private Journal open() {
        return PostgresJournal.open(
                database,
                ServiceName.API_GATEWAY,
                Samples.SCHEMA,
                clock,
                new Hlc(clock),
                JournalOptions.of(UnaryOperator.identity(), reason -> {}));
    }

    @AfterEach
    void close() {
        one.close();
        other.close();
    }

    @Test
    void chainOfBothIsOneHoweverTheyRace() throws InterruptedException {
        int each = 25;
        List<Callable<Integer>> callers = new ArrayList<>();
        for (int caller = 0; caller < 16; caller++) {
            Journal journal = caller % 2 == 0 ? one : other;
            String prefix = "tsk_" + caller + "_";
            callers.add(() -> {
                for (int i = 0; i < each; i++) {
                    String task = prefix + i;
                    journal.commit(tx -> {
                        insert(task).run(tx);
                        return tx.audit(event("task.create").about("task", task));
                    });
                }
                return each;
            });
        }

        assertThat(Race.of(callers)).allMatch(Race.Outcome::succeeded);

        for (Journal journal : List.of(one, other)) {
            AuditChain.Verification chain = journal.chain().verify(null, null);
            assertThat(chain.valid()).as("%s", chain).isTrue();
            assertThat(chain.checkedEntries()).isEqualTo(16L * each);
            assertThat(count(journal, "tasks")).isEqualTo(16L * each);
        }
        assertThat(one.chain().head()).isEqualTo(other.chain().head());
    }

    @Test
    void eachSeesWhatTheOtherHasCommitted() {
        for (int i = 0; i < 20; i++) {
            Journal writer = i % 2 == 0 ? one : other;
            Journal reader = i % 2 == 0 ? other : one;
            writer.append(event("a", "req_" + i));
            assertThat(reader.chain().trace("req_" + i, 10)).hasSize(1);
            assertThat(reader.chain().entries(AuditChain.Filter.ALL, 100, null).total())
                    .isEqualTo(i + 1);
        }
    }

    @Test
    void sameKeyHasOneEffectAcrossBoth() throws InterruptedException {
        for (int round = 0; round < 20; round++) {
            String name = "k" + round;
            List<Callable<Integer>> callers = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                Journal journal = i % 2 == 0 ? one : other;
                String task = "tsk_" + round + "_" + i;
                callers.add(() -> journal.commit(tx -> {
                    tx.remember(key(name, "f"), reply("{}"));
                    return insert(task).run(tx);
                }));
            }
            List<Race.Outcome<Integer>> outcomes = Race.of(callers);
            assertThat(outcomes.stream().filter(Race.Outcome::succeeded)).hasSize(1);
            assertThat(outcomes.stream().filter(each -> !each.succeeded()))
                    .allSatisfy(each -> code(ErrorCode.IDEMPOTENCY_IN_PROGRESS).accept(each.failure()));
        }
        assertThat(count(one, "tasks")).isEqualTo(20);
    }

    /** A limit that a work checks before it writes holds for both together. */
    @Test
    void worksOfBothRunOneAfterTheOther() throws InterruptedException {
        int limit = 10;
        List<Callable<Boolean>> callers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Journal journal = i % 2 == 0 ? one : other;
            String task = "tsk_" + i;
            callers.add(() -> journal.commit(tx -> {
                boolean room = tx.sql().number("SELECT count(*) FROM tasks") < limit;
                if (room) {
                    insert(task).run(tx);
                }
                return room;
            }));
        }

        List<Race.Outcome<Boolean>> outcomes = Race.of(callers);

        assertThat(outcomes).allMatch(Race.Outcome::succeeded);
        assertThat(outcomes.stream().filter(Race.Outcome::value)).hasSize(limit);
        assertThat(count(one, "tasks")).isEqualTo(limit);
    }
}
