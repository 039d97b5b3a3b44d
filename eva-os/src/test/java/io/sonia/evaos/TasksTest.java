package io.sonia.evaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.evaos.Task;
import io.sonia.contracts.evaos.TaskAnswer;
import io.sonia.contracts.evaos.TaskCreate;
import io.sonia.contracts.evaos.TaskCreated;
import io.sonia.contracts.evaos.TaskDeleted;
import io.sonia.contracts.evaos.TaskFilter;
import io.sonia.contracts.evaos.TaskKind;
import io.sonia.contracts.evaos.TaskList;
import io.sonia.contracts.evaos.TaskStatus;
import io.sonia.contracts.evaos.TaskUpdate;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TasksTest {

    @TempDir
    Path folder;

    private ControlPlane plane;

    @BeforeEach
    void open() {
        plane = new ControlPlane(folder);
    }

    @AfterEach
    void close() {
        plane.close();
    }

    @Test
    void aNewTaskIsStoredAndFoundUnderItsLocation() {
        Reply.Enveloped reply = (Reply.Enveloped) plane.tasks.create(plane.call(
                Operation.TASK_CREATE,
                new TaskCreate("tidy up", null, TaskKind.MANUAL, Map.of("room", "kitchen")),
                ControlPlane.OPERATOR));

        Task task = ControlPlane.<TaskCreated>data(reply).task();
        assertThat(reply.location()).isEqualTo("/tasks/" + task.taskId());
        assertThat(reply.etag()).isEqualTo("\"1\"");
        assertThat(get(task.taskId())).isEqualTo(task);
        assertThat(task.status()).isEqualTo(TaskStatus.CREATED);
        assertThat(task.owner()).isEqualTo("usr_1");
        assertThat(plane.recorded()).containsExactly("task.create");
    }

    @Test
    void aTaskMovesOnWithVersionAndFence() {
        Task task = create("tsk_1");
        plane.clock.advance(Duration.ofSeconds(1));

        Task running = update(task, TaskStatus.RUNNING, 10);
        Task further = update(running, null, 50);
        Task done = update(further, TaskStatus.SUCCEEDED, 100);

        assertThat(List.of(running.version(), further.version(), done.version()))
                .containsExactly(2L, 3L, 4L);
        assertThat(done.fenceToken()).isGreaterThan(further.fenceToken());
        assertThat(done.status()).isEqualTo(TaskStatus.SUCCEEDED);
        assertThat(done.progress()).isEqualTo(100);
        assertThat(done.metadata()).isEqualTo(task.metadata());
        assertThat(done.updatedAt()).isAfter(done.createdAt());
        assertThat(get("tsk_1")).isEqualTo(done);
        refused(() -> update(done, TaskStatus.RUNNING, 0), ErrorCode.INVALID_STATE);
    }

    @Test
    void anUpdateMustShowTheCurrentFenceOrTag() {
        Task task = create("tsk_1");
        TaskUpdate start = new TaskUpdate(null, TaskStatus.RUNNING, null, null, null);

        refused(() -> update("tsk_1", start, Map.of()), ErrorCode.INVALID_ARGUMENT);
        refused(() -> update("tsk_1", start, Map.of("if-match", "\"2\"")), ErrorCode.CONFLICT);
        refused(
                () -> update("tsk_1", start, Map.of("x-fence-token", Long.toString(task.fenceToken() - 1))),
                ErrorCode.STALE_FENCE);
        assertThat(update("tsk_1", start, Map.of("if-match", "\"1\"")).version())
                .isEqualTo(2);
    }

    @Test
    void anIdIsUsedOnce() {
        Task task = create("tsk_1");
        refused(() -> create("tsk_1"), ErrorCode.CONFLICT);

        assertThat(delete(task.taskId()).status()).isEqualTo(TaskStatus.DELETED);

        refused(() -> delete("tsk_1"), ErrorCode.NOT_FOUND);
        refused(() -> get("tsk_1"), ErrorCode.NOT_FOUND);
        refused(() -> update(task, TaskStatus.RUNNING, 1), ErrorCode.NOT_FOUND);
        refused(() -> create("tsk_1"), ErrorCode.CONFLICT);
    }

    @Test
    void ofManyWhoCreateOneIdOneWins() throws Exception {
        assertThat(atOnce(8, () -> create("tsk_1"), ErrorCode.CONFLICT)).isEqualTo(1);
    }

    @Test
    void ofManyWhoDeleteOneTaskOneWins() throws Exception {
        create("tsk_1");

        assertThat(atOnce(8, () -> delete("tsk_1"), ErrorCode.NOT_FOUND)).isEqualTo(1);
    }

    @Test
    void ofManyUpdatesOnOneVersionOneWins() throws Exception {
        Task task = create("tsk_1");

        assertThat(atOnce(8, () -> update(task, TaskStatus.RUNNING, 1), ErrorCode.STALE_FENCE))
                .isEqualTo(1);
        assertThat(get("tsk_1").version()).isEqualTo(2);
    }

    /** Whatever comes first, the row tells one story: made once, changed version by version, gone once. */
    @Test
    void whoCreatesChangesAndDeletesOneIdAtOnceIsServedInSomeOrder() throws Exception {
        for (int round = 0; round < 5; round++) {
            String id = "tsk_" + round;
            CyclicBarrier barrier = new CyclicBarrier(12);
            List<Future<String>> all = new ArrayList<>();
            try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 4; i++) {
                    all.add(pool.submit(() -> outcome(barrier, "created", () -> create(id))));
                    all.add(pool.submit(() -> outcome(barrier, "deleted", () -> delete(id))));
                    all.add(pool.submit(
                            () -> outcome(barrier, "changed", () -> update(get(id), TaskStatus.RUNNING, 1))));
                }
            }
            List<String> outcomes = new ArrayList<>();
            for (Future<String> each : all) {
                outcomes.add(each.get(10, TimeUnit.SECONDS));
            }
            assertThat(outcomes).containsOnlyOnce("created");
            assertThat(outcomes.stream().filter("deleted"::equals).count()).isLessThanOrEqualTo(1);
            assertThat(outcomes)
                    .isSubsetOf(
                            "created", "deleted", "changed", "CONFLICT", "NOT_FOUND", "STALE_FENCE", "INVALID_STATE");
            refused(() -> create(id), ErrorCode.CONFLICT);
        }
    }

    private static String outcome(CyclicBarrier barrier, String done, Callable<?> work) throws Exception {
        barrier.await(10, TimeUnit.SECONDS);
        try {
            work.call();
            return done;
        } catch (SoniaException e) {
            return e.code().name();
        }
    }

    @Test
    void theWriteItselfRefusesWhoSawAnOlderVersion() {
        Task seen = create("tsk_1");
        update(seen, TaskStatus.RUNNING, 1);

        assertThat(plane.journal.<Boolean>commit(tx -> TaskStore.update(tx.sql(), seen, seen.version())))
                .isFalse();
    }

    @Test
    void listsGoPageByPageAndLeaveOutTheDeleted() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.addFirst(create("tsk_" + i).taskId());
        }
        delete(ids.removeFirst());

        TaskList first = list(new TaskFilter(null, null, 3, null));
        TaskList second = list(new TaskFilter(null, null, 3, first.nextCursor()));

        List<String> seen = new ArrayList<>();
        List.of(first, second).forEach(page -> page.tasks().forEach(each -> seen.add(each.taskId())));
        assertThat(seen).isEqualTo(ids);
        assertThat(first.total()).isEqualTo(4);
        assertThat(second.nextCursor()).isNull();
        assertThat(list(new TaskFilter(TaskStatus.DELETED, null, 50, null)).tasks())
                .hasSize(1);
        assertThat(list(new TaskFilter(null, TaskKind.BACKUP, 50, null)).tasks())
                .isEmpty();
        refused(() -> list(new TaskFilter(TaskStatus.CREATED, null, 3, first.nextCursor())), ErrorCode.INVALID_CURSOR);
    }

    /** Runs the work in several threads at once; all but the winners must be refused with the code. */
    private static int atOnce(int threads, Callable<?> work, ErrorCode refusal) throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(threads);
        int won = 0;
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                all.add(pool.submit(() -> {
                    barrier.await(10, TimeUnit.SECONDS);
                    try {
                        work.call();
                        return true;
                    } catch (SoniaException e) {
                        assertThat(e.code()).isEqualTo(refusal);
                        return false;
                    }
                }));
            }
            for (Future<Boolean> each : all) {
                won += each.get(10, TimeUnit.SECONDS) ? 1 : 0;
            }
        }
        return won;
    }

    private Task create(String id) {
        return ControlPlane.<TaskCreated>data(plane.tasks.create(plane.call(
                        Operation.TASK_CREATE,
                        new TaskCreate("unnamed", id, TaskKind.MANUAL, Map.of("a", 1L)),
                        ControlPlane.OPERATOR)))
                .task();
    }

    private Task get(String id) {
        return ControlPlane.<TaskAnswer>data(plane.tasks.get(plane.call(
                        Operation.TASK_GET, new Empty(), ControlPlane.OBSERVER, Map.of("task_id", id), null)))
                .task();
    }

    private Task update(Task seen, TaskStatus status, Integer progress) {
        TaskUpdate change = new TaskUpdate(seen.fenceToken(), status, progress, null, null);
        return update(seen.taskId(), change, Map.of());
    }

    private Task update(String id, TaskUpdate change, Map<String, String> headers) {
        Call<TaskUpdate> call =
                plane.call(Operation.TASK_UPDATE, change, ControlPlane.OPERATOR, Map.of("task_id", id), null);
        Call<TaskUpdate> withHeaders =
                new Call<>(call.operation(), change, call.path(), headers, call.context(), null, false, null);
        return ControlPlane.<TaskAnswer>data(plane.tasks.update(withHeaders)).task();
    }

    private TaskDeleted delete(String id) {
        return ControlPlane.data(plane.tasks.delete(
                plane.call(Operation.TASK_DELETE, new Empty(), ControlPlane.OPERATOR, Map.of("task_id", id), null)));
    }

    private TaskList list(TaskFilter filter) {
        return ControlPlane.data(plane.tasks.list(plane.call(Operation.TASK_LIST, filter, ControlPlane.OBSERVER)));
    }

    private static void refused(Runnable use, ErrorCode code) {
        assertThatThrownBy(use::run)
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
