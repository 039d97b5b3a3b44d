package io.sonia.kernel;

/** Starts threads: the one place that decides of which kind they are. None of them keeps the process alive. */
public final class Threads {

    private Threads() {}

    /** A thread of the operating system's, for a loop that spends its life in native calls. */
    public static Thread platform(String name, Runnable body) {
        return Thread.ofPlatform().name(name).daemon().start(body);
    }

    /** A virtual thread, for work that mostly waits. */
    public static Thread virtual(String name, Runnable body) {
        return Thread.ofVirtual().name(name).start(body);
    }

    /** Runs the body when the process is asked to end. */
    public static void atShutdown(String name, Runnable body) {
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name(name).unstarted(body));
    }
}
