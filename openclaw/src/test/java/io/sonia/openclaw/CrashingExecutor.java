package io.sonia.openclaw;

import io.sonia.contracts.openclaw.ExecuteRequest;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A process that executes one call and then waits to be killed. */
public final class CrashingExecutor {

    private CrashingExecutor() {}

    /** Arguments: the folder, the ports of EVA-OS and of the memory engine, the executor's token, the request. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Workshop shop = new Workshop(Path.of(args[0]), Integer.parseInt(args[1]), Integer.parseInt(args[2]), args[3]);
        IdempotencyKey key = new IdempotencyKey(Workshop.OLENA.principal(), "POST /execute", "k1", "f1", "killed");
        shop.execute(Shape.of(ExecuteRequest.class).read(Json.parseObject(args[4])), Map.of(), key);
        new CountDownLatch(1).await();
    }
}
