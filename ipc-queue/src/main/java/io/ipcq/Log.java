// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.SubstituteLoggerFactory;

/**
 * The log of ipcq. It goes to SLF4J if that has a logging system, and else to {@link System.Logger}. Nothing fails
 * because a logging system fails or is missing.
 *
 * <p>A logger is looked up when there is something to log. The first logger of a JVM opens every jar of the class path,
 * which takes longer than everything else that opens a queue. And a lookup that failed once, for lack of descriptors
 * for instance, may succeed later.
 *
 * <p>Thread-safe. Process-safe: it concerns this process only; a child's log goes where its parent has sent it.
 * Survives a crash: not applicable.
 */
public final class Log {

    /** SLF4J reads it once: {@code ERROR} leaves out that it has nobody to log to. */
    private static final String VERBOSITY = "slf4j.internal.verbosity";

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int MOST_LOOKS = 5_000;

    private static volatile boolean usable;
    private static volatile boolean begun;

    private final String name;

    private Log(String name) {
        this.name = name;
    }

    /** The log about a class. */
    public static Log of(Class<?> about) {
        return named(about.getName());
    }

    /** The log about a class that is named here, and need not be loaded for that. */
    public static Log named(String name) {
        return new Log(name);
    }

    /** {@code {}} stands for an argument; a {@link Throwable} after the last of these is what was thrown. */
    public void error(String message, @Nullable Object... arguments) {
        say(System.Logger.Level.ERROR, message, arguments);
    }

    /** As {@link #error}. */
    public void warn(String message, @Nullable Object... arguments) {
        say(System.Logger.Level.WARNING, message, arguments);
    }

    /** As {@link #error}. */
    public void debug(String message, @Nullable Object... arguments) {
        say(System.Logger.Level.DEBUG, message, arguments);
    }

    private void say(System.Logger.Level level, String message, @Nullable Object... arguments) {
        try {
            if (isSlf4jUsable()) {
                awaitSlf4j();
                Slf4j.say(name, level, message, arguments);
            } else {
                sayToJdk(level, message, arguments);
            }
        } catch (Throwable itsOwnFault) {
            if (level != System.Logger.Level.DEBUG) {
                sayAsLastResort(message, arguments);
            }
        }
    }

    private static void sayAsLastResort(String message, @Nullable Object... arguments) {
        try {
            System.err.println(format(message, arguments));
            if (thrownAmong(arguments) != null) {
                System.err.println(thrownAmong(arguments));
            }
        } catch (Throwable nothingWorks) {
            // there is nobody left to tell
        }
    }

    private void sayToJdk(System.Logger.Level level, String message, @Nullable Object... arguments) {
        System.Logger logger = System.getLogger(name);
        if (logger.isLoggable(level)) {
            logger.log(level, format(message, arguments), thrownAmong(arguments));
        }
    }

    private static @Nullable Throwable thrownAmong(@Nullable Object... arguments) {
        return arguments.length > 0 && arguments[arguments.length - 1] instanceof Throwable thrown ? thrown : null;
    }

    static String format(String message, @Nullable Object... arguments) {
        StringBuilder text = new StringBuilder();
        int from = 0;
        int next = 0;
        for (int place = message.indexOf("{}");
                place >= 0 && next < arguments.length;
                place = message.indexOf("{}", from)) {
            text.append(message, from, place).append(arguments[next++]);
            from = place + "{}".length();
        }
        return text.append(message.substring(from)).toString();
    }

    /** Whether SLF4J is there. */
    public static boolean isSlf4jThere() {
        return slf4jLoader() != null;
    }

    /**
     * Keeps SLF4J from reporting that it has no provider. Call it before other libraries use SLF4J. If the program has
     * set how much SLF4J reports, nothing is changed.
     */
    public static void quietSlf4j() {
        if (isSlf4jThere() && !isSlf4jUsable() && System.getProperty(VERBOSITY) == null) {
            System.setProperty(VERBOSITY, "ERROR");
        }
    }

    /**
     * Turns another library's loggers whose names begin so down to errors, unless the program has given that name a
     * level. This is for lines that the library logs when it is loaded. It knows Logback and {@code java.util.logging}
     * behind SLF4J.
     */
    public static void turnDown(String loggers) {
        try {
            if (isSlf4jUsable()) {
                awaitSlf4j();
                Slf4j.turnDown(loggers);
            }
        } catch (ReflectiveOperationException | RuntimeException | LinkageError another) {
            // then it says it
        }
    }

    /**
     * Whether it is there and has somebody to log to. What is found once, stays: later there may be no descriptor to
     * look with.
     */
    public static boolean isSlf4jUsable() {
        if (!usable) {
            ClassLoader loader = slf4jLoader();
            usable = loader != null
                    && (System.getProperty("slf4j.provider") != null
                            || loader.getResource("META-INF/services/org.slf4j.spi.SLF4JServiceProvider") != null
                            || loader.getResource("org/slf4j/impl/StaticLoggerBinder.class") != null);
        }
        return usable;
    }

    /**
     * Has SLF4J begin, or waits some seconds at most for the thread that has it begin. Without that, SLF4J loses what
     * is said meanwhile, and prints that. Call it only if SLF4J is {@linkplain #isSlf4jUsable usable}.
     *
     * @throws RuntimeException if SLF4J cannot begin
     */
    public static void awaitSlf4j() {
        if (!begun) {
            begun = Slf4j.isNothingToWaitFor();
        }
    }

    private static @Nullable ClassLoader slf4jLoader() {
        try {
            return Class.forName("org.slf4j.LoggerFactory", false, Log.class.getClassLoader())
                    .getClassLoader();
        } catch (ClassNotFoundException missing) {
            return null;
        }
    }

    /** Apart, as its classes may be missing. */
    private static final class Slf4j {

        /** The JDK keeps a logger with its level for as long as somebody refers to it. */
        @SuppressWarnings("UnusedVariable")
        private static volatile java.util.logging.@Nullable Logger turnedDown;

        /**
         * SLF4J itself does not wait: until it has begun, it hands out loggers of its own. False in the thread that has
         * it begin, which must not wait for itself.
         */
        static boolean isNothingToWaitFor() {
            for (int looks = 0; looks < MOST_LOOKS; looks++) {
                if (!(LoggerFactory.getILoggerFactory() instanceof SubstituteLoggerFactory)) {
                    return true;
                }
                if (Thread.holdsLock(LoggerFactory.class)
                        || Thread.currentThread().isInterrupted()) {
                    return false;
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
            return true; // it may wait for this thread
        }

        static void say(String name, System.Logger.Level level, String message, @Nullable Object... arguments) {
            Logger logger = LoggerFactory.getLogger(name);
            switch (level) {
                case ERROR -> logger.error(message, arguments);
                case WARNING -> logger.warn(message, arguments);
                default -> logger.debug(message, arguments);
            }
        }

        static void turnDown(String loggers) throws ReflectiveOperationException {
            Logger logger = LoggerFactory.getLogger(loggers);
            switch (logger.getClass().getName()) {
                case "ch.qos.logback.classic.Logger" -> {
                    Class<?> level = Class.forName(
                            "ch.qos.logback.classic.Level",
                            true,
                            logger.getClass().getClassLoader());
                    if (logger.getClass().getMethod("getLevel").invoke(logger) == null) {
                        logger.getClass()
                                .getMethod("setLevel", level)
                                .invoke(logger, level.getField("ERROR").get(null));
                    }
                }
                case "org.slf4j.jul.JDK14LoggerAdapter" -> {
                    java.util.logging.Logger jul = java.util.logging.Logger.getLogger(loggers);
                    if (jul.getLevel() == null) {
                        jul.setLevel(java.util.logging.Level.SEVERE);
                        turnedDown = jul;
                    }
                }
                default -> {
                    // its program decides
                }
            }
        }
    }
}
