package io.sonia.platform;

import io.sonia.contracts.ServiceDefinition;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.logging.Logs;
import io.sonia.kernel.settings.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** The services of one process, started in order and stopped in reverse; a start that fails half-way is undone. */
final class Stack implements AutoCloseable {

    private static final int STORAGE_EXIT = 74;

    private final List<ServiceHost> hosts = new ArrayList<>();
    private final Logs logs;
    private final CountDownLatch ended = new CountDownLatch(1);
    private boolean closed;

    private Stack(Logs logs) {
        this.logs = logs;
    }

    static Stack start(
            List<ServiceDefinition> services, Home home, Settings settings, Clock clock, Ids ids, Logs logs) {
        Stack stack = new Stack(logs);
        HostProcess process = new HostProcess(home, settings, clock, ids, logs, Stack::halt);
        try {
            for (ServiceDefinition service : services) {
                ServiceHost host = new ServiceHost(service, process);
                stack.hosts.add(host);
                host.start();
            }
        } catch (SoniaException | IllegalStateException e) {
            stack.close();
            throw e;
        }
        Threads.virtual("settings", () -> poll(settings, clock));
        return stack;
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
        hosts.reversed().forEach(ServiceHost::close);
        logs.close();
        ended.countDown();
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
    private static void halt(ServiceName service, String reason) {
        System.err.println("sonia: " + service + " cannot commit any more: " + reason);
        Runtime.getRuntime().halt(STORAGE_EXIT);
    }
}
