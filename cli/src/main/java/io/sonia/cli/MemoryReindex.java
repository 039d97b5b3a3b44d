package io.sonia.cli;

import io.sonia.contracts.evaos.Task;
import io.sonia.contracts.evaos.TaskAnswer;
import io.sonia.contracts.evaos.TaskStatus;
import io.sonia.contracts.memory.IndexRebuild;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Has the index of the memory made anew. */
@Command(
        name = "reindex",
        description = "Make the index of the memory anew from what is stored, and show how far it is",
        footer = {"", "Searches go on meanwhile and say that they are degraded. It goes on after a crash or a restart."
        })
final class MemoryReindex implements Callable<Integer> {

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

    private final Workplace place;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    MemoryReindex(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() throws InterruptedException {
        OperatorClient client = OperatorClient.of(place);
        String id = client.on(Operation.INDEX_REBUILD).send(IndexRebuild.class).taskId();
        Task task = task(client, id);
        int shown = -1;
        while (task.status() == TaskStatus.CREATED || task.status() == TaskStatus.RUNNING) {
            if (!json && task.progress() != shown) {
                shown = task.progress();
                place.screen().line(shown + " %");
            }
            place.clock().sleep(BETWEEN_LOOKS);
            task = task(client, id);
        }
        place.screen().line(json ? Json.text(task) : Words.of(task.status()) + " (" + id + ")");
        return task.status() == TaskStatus.SUCCEEDED ? ExitCode.OK.code() : ExitCode.NEGATIVE.code();
    }

    private static Task task(OperatorClient client, String id) {
        return client.on(Operation.TASK_GET)
                .path("task_id", id)
                .send(TaskAnswer.class)
                .task();
    }
}
