package io.sonia.kernel.process;

import io.sonia.kernel.Clock;
import io.sonia.kernel.process.ProcessTable.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Starts programs, each in a session of its own, and ends them with everything they have started. Needs the proc(5) file
 * system of Linux; where {@code setsid} is missing a program shares this process's session and is ended alone.
 */
public final class Processes {

    private static final Duration NEW_SESSION = Duration.ofSeconds(2);
    private static final Duration AFTER_KILL = Duration.ofSeconds(5);
    private static final long SEND_SECONDS = 5;
    private static final Duration FIRST_LOOK = Duration.ofNanos(250_000);
    private static final Duration LONGEST_LOOK = Duration.ofMillis(20);

    private final Clock clock;
    private final @Nullable Path setsid = tool("setsid");
    private final @Nullable Path kill = tool("kill");
    private final String bootId = ProcessTable.bootId();

    public Processes(Clock clock) {
        this.clock = clock;
    }

    /**
     * Starts a program; its pid is the session's id.
     *
     * @throws IOException if there is no such program, or the machine has no room for it
     */
    public Child spawn(Command command) throws IOException {
        if (!Files.isExecutable(command.program())) {
            throw new NoSuchFileException(command.program().toString(), null, "is no program");
        }
        List<String> argv = new ArrayList<>(command.argv());
        if (setsid != null) {
            argv.addFirst(setsid.toString());
        }
        ProcessBuilder builder =
                new ProcessBuilder(argv).directory(command.folder().toFile());
        builder.environment().clear();
        builder.environment().putAll(command.environment());
        if (command.output() != null) {
            builder.redirectErrorStream(true);
            builder.redirectOutput(
                    ProcessBuilder.Redirect.appendTo(command.output().toFile()));
        }
        Process process = builder.start();
        // A process that has ended already is a zombie, or was reaped: then any ticks will do, none will ever match.
        long startTicks =
                ProcessTable.find(process.pid()).map(Entry::startTicks).orElse(0L);
        Child child = new Child(process, new PidRecord(process.pid(), startTicks, bootId));
        if (setsid != null) {
            // Until then a signal to the group would miss it.
            until(NEW_SESSION, () -> !process.isAlive() || leadsSession(child.pid()));
        }
        return child;
    }

    /** True if this very process still runs. */
    public boolean alive(PidRecord record) {
        return find(record).filter(process -> !process.ended()).isPresent();
    }

    /** The processes of the record's session that run; none if the record is not about a process that exists. */
    public List<Long> sessionMembers(PidRecord record) {
        return find(record).isPresent() ? members(record) : List.of();
    }

    /** How many processes run of the record's session, or below its process in whatever session; the larger of both. */
    public int treeSize(PidRecord record) {
        long below = find(record)
                .flatMap(process -> ProcessHandle.of(process.pid()))
                .map(process -> 1 + process.descendants().count())
                .orElse(0L);
        return Math.max(Math.toIntExact(below), sessionMembers(record).size());
    }

    /**
     * Sends a signal to the process and its group.
     *
     * @return false if nothing was sent, because the record is not about a process that exists
     */
    public boolean signalGroup(PidRecord record, Signal signal) {
        Optional<Entry> process = find(record);
        process.ifPresent(leader -> send(leader.pid(), leader.leadsSession(), signal));
        return process.isPresent();
    }

    /**
     * Sends a signal to one process and to nothing beside it.
     *
     * @return false if there is no such process, or no program to send it with
     */
    public boolean signal(long pid, Signal signal) {
        return ProcessTable.find(pid).filter(process -> !process.ended()).isPresent()
                && kill != null
                && sent(kill, Long.toString(pid), signal);
    }

    /** Ends the session of a process that may have been started in a former life; strangers are left alone. */
    public Ending end(PidRecord record, Duration grace) {
        return find(record).isPresent() ? endSession(record, grace) : Ending.ABSENT;
    }

    /** Ends what is left of a child's session, whether or not the child itself still runs. */
    public Ending end(Child child, Duration grace) {
        PidRecord record = child.record();
        boolean stranger = ProcessTable.find(record.pid())
                .filter(process -> process.startTicks() != record.startTicks())
                .isPresent();
        return stranger ? Ending.ABSENT : endSession(record, grace);
    }

    /**
     * Kills every process that was given this variable, whichever session it is in: what has left the session of its
     * starter, as a daemon does, still has its environment. This process itself is spared.
     *
     * @param variable {@code NAME=value}
     */
    public Ending endMarked(String variable) {
        long self = ProcessHandle.current().pid();
        boolean[] met = new boolean[1];
        boolean ended = until(AFTER_KILL, () -> {
            List<Entry> marked = ProcessTable.all(
                    each -> !each.ended() && each.pid() != self && ProcessTable.sees(each.pid(), variable));
            met[0] |= !marked.isEmpty();
            marked.forEach(each -> sendOne(each.pid(), Signal.KILL));
            return marked.isEmpty();
        });
        if (!ended) {
            return Ending.STUCK;
        }
        return met[0] ? Ending.KILLED : Ending.ABSENT;
    }

    private Ending endSession(PidRecord record, Duration grace) {
        BooleanSupplier gone = () -> !alive(record) && members(record).isEmpty();
        // Whoever leads a session may end a moment before what is ending with it.
        if (gone.getAsBoolean() || (!alive(record) && until(LONGEST_LOOK, gone))) {
            return Ending.ABSENT;
        }
        boolean ownSession = !members(record).isEmpty();
        if (!grace.isZero()) {
            send(record.pid(), ownSession, Signal.TERM);
            // One that stands still would not hear of it.
            send(record.pid(), ownSession, Signal.CONT);
            if (until(grace, gone)) {
                return Ending.ENDED;
            }
        }
        // Whoever interrupts the wait wants it short, not left half done.
        boolean interrupted = Thread.interrupted();
        send(record.pid(), ownSession, Signal.KILL);
        // What has left the group, or was born while it was signalled, is met one by one.
        boolean ended = until(AFTER_KILL, () -> {
            members(record).forEach(pid -> sendOne(pid, Signal.KILL));
            return gone.getAsBoolean();
        });
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return ended ? Ending.KILLED : Ending.STUCK;
    }

    private Optional<Entry> find(PidRecord record) {
        return ProcessTable.find(record.pid())
                .filter(process -> process.startTicks() == record.startTicks() && bootId.equals(record.bootId()));
    }

    private static List<Long> members(PidRecord record) {
        return ProcessTable.all(each -> each.session() == record.pid() && !each.ended()).stream()
                .map(Entry::pid)
                .toList();
    }

    private static boolean leadsSession(long pid) {
        return ProcessTable.find(pid).filter(Entry::leadsSession).isPresent();
    }

    private void send(long pid, boolean toGroup, Signal signal) {
        if (!toGroup || kill == null || !sent(kill, "-" + pid, signal)) {
            sendOne(pid, signal);
        }
    }

    private void sendOne(long pid, Signal signal) {
        switch (signal) {
            case KILL -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            case TERM -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
            case STOP, CONT -> signal(pid, signal);
        }
    }

    /** @param target a pid, or a group as its leader's pid with a minus */
    private static boolean sent(Path kill, String target, Signal signal) {
        ProcessBuilder builder = new ProcessBuilder(kill.toString(), "-" + signal, "--", target)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        try {
            Process sender = builder.start();
            return sender.waitFor(SEND_SECONDS, TimeUnit.SECONDS) && sender.exitValue() == 0;
        } catch (IOException noRoomForProcess) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Waits for something to come true, looking ever less often; interruption ends the wait. False if it did not. */
    private boolean until(Duration longest, BooleanSupplier condition) {
        long deadline = clock.nanoTime() + longest.toNanos();
        Duration pause = FIRST_LOOK;
        while (!condition.getAsBoolean()) {
            if (clock.nanoTime() - deadline >= 0) {
                return false;
            }
            try {
                clock.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return condition.getAsBoolean();
            }
            pause = pause.compareTo(LONGEST_LOOK) < 0 ? pause.multipliedBy(2) : LONGEST_LOOK;
        }
        return true;
    }

    private static @Nullable Path tool(String name) {
        return List.of(Path.of("/usr/bin", name), Path.of("/bin", name)).stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }
}
