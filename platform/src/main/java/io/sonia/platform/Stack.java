package io.sonia.platform;

import io.sonia.contracts.ServiceDefinition;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.logging.Logs;
import io.sonia.kernel.settings.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * The services of one process. The first is started alone, because the others ask it who may call whom; they start side
 * by side. They stop in reverse; a start that fails half-way is undone.
 */
final class Stack implements AutoCloseable {

    private static final int STORAGE_EXIT = 74;

    private final List<ServiceDefinition> services;
    private final Map<ServiceName, ServiceHost> hosts = new ConcurrentHashMap<>();
    private final Logs logs;
    private final CountDownLatch ended = new CountDownLatch(1);
    private boolean closed;

    private Stack(List<ServiceDefinition> services, Logs logs) {
        this.services = services;
        this.logs = logs;
    }

    static Stack start(List<ServiceDefinition> services, HostProcess process) {
        Stack stack = new Stack(services, process.logs());
        try {
            stack.start(services.getFirst(), process);
            stack.startTogether(services.subList(1, services.size()), process);
        } catch (SoniaException | IllegalStateException e) {
            stack.close();
            throw e;
        }
        Threads.virtual("settings", () -> poll(process.settings(), process.clock()));
        return stack;
    }

    private void start(ServiceDefinition service, HostProcess process) {
        ServiceHost host = new ServiceHost(service, process);
        hosts.put(service.name(), host);
        host.start();
    }

    private void startTogether(List<ServiceDefinition> others, HostProcess process) {
        List<CompletableFuture<Void>> starts = new ArrayList<>();
        for (ServiceDefinition service : others) {
            CompletableFuture<Void> start = new CompletableFuture<>();
            starts.add(start);
            Threads.virtual("start " + service.name(), () -> {
                try {
                    start(service, process);
                    start.complete(null);
                } catch (RuntimeException | Error e) {
                    start.completeExceptionally(e);
                }
            });
        }
        // All of them, so that nothing is still starting when a failure is undone.
        starts.forEach(each -> each.exceptionally(failed -> null).join());
        try {
            starts.forEach(CompletableFuture::join);
        } catch (CompletionException e) {
            throw e.getCause() instanceof SoniaException refused ? refused : new IllegalStateException(e.getCause());
        }
    }

    /** Waits until {@link #close}. */
    void awaitEnd() {
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        services.reversed().stream()
                .map(each -> hosts.get(each.name()))
                .filter(Objects::nonNull)
                .forEach(Stack::close);
        logs.close();
        ended.countDown();
    }

    /** One service that cannot close its store must not keep the others from closing theirs. */
    private static void close(ServiceHost host) {
        try {
            host.close();
        } catch (SoniaException e) {
            System.err.println("sonia: " + host.service() + " did not stop cleanly: " + e.text());
        }
    }

    private static void poll(Settings settings, Clock clock) {
        while (true) {
            try {
                clock.sleep(ServiceHost.configPoll());
                settings.poll();
            } catch (SoniaException refused) {
                // The last good values stay in force; status and health name the problem.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** A store that lost a write must not acknowledge another one: the process ends at once. */
    static void halt(ServiceName service, String reason) {
        System.err.println("sonia: " + service + " cannot commit any more: " + reason);
        Runtime.getRuntime().halt(STORAGE_EXIT);
    }
}
