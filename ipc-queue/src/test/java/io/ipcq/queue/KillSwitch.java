// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Collectors;
import org.jboss.byteman.agent.Main;

/**
 * Ends or holds a child process at the n-th of the instructions at which a death could leave something half done: every
 * store to the shared words, and every step that Chronicle or the file system is asked for.
 *
 * <p>In the parent: {@link #options} are the child's JVM options. In the child: {@link #arm} starts the count, and the
 * rules that an agent has woven in call {@link #hit}.
 */
public final class KillSwitch {

    private static final String AT = "ipcq.kill.at";
    private static final String HOLD = "ipcq.kill.hold";

    static final String JOURNAL = "journal";
    static final String RING = "ring";

    /** Class, method, where in it, and the only engine that comes there, if there is one. */
    private static final String[][] RULES = {
        {"io.ipcq.memory.MappedRegion", "putInt", "EXIT"},
        {"io.ipcq.memory.MappedRegion", "putLong", "EXIT"},
        {"io.ipcq.memory.MappedRegion", "putBytes", "EXIT"},
        {"io.ipcq.memory.MappedRegion", "putIntRelease", "EXIT"},
        {"io.ipcq.memory.MappedRegion", "putLongRelease", "EXIT"},
        {"io.ipcq.memory.MappedRegion", "compareAndSetInt", "EXIT"},
        {"io.ipcq.memory.MappedRegion", "compareAndSetLong", "EXIT", RING},
        {"io.ipcq.memory.MappedRegion", "putIntVolatile", "EXIT", RING},
        {"io.ipcq.memory.MappedRegion", "getAndAddInt", "EXIT", RING},
        {"io.ipcq.memory.RegionFiles", "allocate", "EXIT"},
        {"io.ipcq.memory.RegionFiles", "publish", "EXIT"},
        {"io.ipcq.memory.PrivateFiles", "createDirectory", "EXIT"},
        {"io.ipcq.memory.LockFile", "tryOwn", "EXIT"},
        {"io.ipcq.memory.Members", "close", "EXIT"},
        {"io.ipcq.queue.QueueDirectory", "moveHere", "EXIT"},
        {"io.ipcq.queue.QueueDirectory", "remove", "EXIT"},
        {"io.ipcq.queue.ChronicleJournal", "write", "INVOKE writeBytes", JOURNAL},
        {"io.ipcq.queue.ChronicleJournal", "writeZeros", "EXIT", JOURNAL},
        {"io.ipcq.queue.ChronicleJournal", "recover", "EXIT", JOURNAL},
        {"io.ipcq.queue.ChronicleJournal", "removeSegmentsBelow", "INVOKE refresh", JOURNAL},
        {"io.ipcq.queue.ChronicleJournal", "close", "EXIT", JOURNAL},
        {"io.ipcq.memory.DirectoryHandle", "openFile", "EXIT"},
        {"io.ipcq.memory.DirectoryHandle", "deleteFile", "EXIT"},
        {"io.ipcq.memory.DirectoryHandle", "deleteEmptyDirectory", "EXIT"},
        {"net.openhft.chronicle.queue.impl.single.TableStoreWriteLock", "lock", "EXIT", JOURNAL},
        {"net.openhft.chronicle.queue.impl.single.TableStoreWriteLock", "unlock", "EXIT", JOURNAL},
        {"net.openhft.chronicle.queue.impl.single.StoreAppender", "writeHeader", "EXIT", JOURNAL},
        {"net.openhft.chronicle.queue.impl.single.StoreAppender", "writeIndexForPosition", "ENTRY", JOURNAL},
        {"net.openhft.chronicle.queue.impl.single.SingleChronicleQueueStore", "initIndex", "ENTRY", JOURNAL},
        {"net.openhft.chronicle.queue.impl.single.SingleChronicleQueueStore", "initIndex", "EXIT", JOURNAL},
        {"net.openhft.chronicle.queue.impl.single.SingleChronicleQueueStore", "writeEOF", "EXIT", JOURNAL},
        {"net.openhft.chronicle.queue.impl.single.TableDirectoryListing", "onFileCreated", "EXIT", JOURNAL},
        {"net.openhft.chronicle.queue.impl.single.TableDirectoryListing", "refresh", "EXIT", JOURNAL},
        {"net.openhft.chronicle.wire.AbstractWire", "updateHeader", "EXIT", JOURNAL},
        {"net.openhft.chronicle.wire.AbstractWire", "writeFirstHeader", "EXIT", JOURNAL},
        {"net.openhft.chronicle.wire.AbstractWire", "updateFirstHeader", "EXIT", JOURNAL},
    };

    private static final Set<String> RULES_HIT = new TreeSet<>(); // guarded by the class, as are these
    private static int hits;
    private static boolean armed;

    private KillSwitch() {}

    /** Options for a child that dies at the n-th hit after it was armed, or only counts them if n is 0. */
    static List<String> options(Path directory, int n) {
        return List.of(
                "-javaagent:" + agent() + "=script:" + script(directory),
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-D" + AT + "=" + n);
    }

    /**
     * Options for a child that, when it first comes to a rule, prints "held" and waits for a line on its standard
     * input.
     */
    static List<String> holding(Path directory, String rule) {
        if (Arrays.stream(RULES).noneMatch(each -> name(each).equals(rule))) {
            throw new IllegalArgumentException("no rule " + rule + " among " + Arrays.deepToString(RULES));
        }
        List<String> options = new ArrayList<>(options(directory, 1));
        options.add("-D" + HOLD + "=" + rule);
        return options;
    }

    private static Path agent() {
        try {
            return Path.of(Main.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static synchronized Path script(Path directory) {
        Path script = directory.resolve("kill-points.btm");
        if (!Files.exists(script)) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < RULES.length; i++) {
                text.append(rule(i));
            }
            try {
                Files.writeString(script, text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return script;
    }

    private static String rule(int number) {
        String[] rule = RULES[number];
        return "RULE " + number + "\nCLASS " + rule[0] + "\nMETHOD " + rule[1] + "\nAT " + rule[2] + "\nIF true\nDO "
                + KillSwitch.class.getName() + ".hit(" + number + ")\nENDRULE\n";
    }

    /** The rules that an engine comes to, by name; one that is never hit in any test has rotted. */
    static Set<String> rulesOf(String engine) {
        Set<String> rules = new ConcurrentSkipListSet<>();
        for (String[] rule : RULES) {
            if (rule.length == 3 || rule[3].equals(engine)) {
                rules.add(name(rule));
            }
        }
        return rules;
    }

    private static String name(int number) {
        return name(RULES[number]);
    }

    private static String name(String[] rule) {
        return String.join("/", rule[0], rule[1], rule[2]).replace(' ', '/');
    }

    /** In the child: counts from now on. */
    static synchronized void arm() {
        armed = true;
    }

    /**
     * In the child: counts no more, and says what was counted; does not return when another thread has come to its end.
     */
    static synchronized void disarm() {
        armed = false;
        System.out.println("hits " + hits + " " + String.join(" ", RULES_HIT));
    }

    /** Called by the rules. */
    public static void hit(int rule) {
        String hold = System.getProperty(HOLD);
        if (hold != null && !hold.equals(name(rule))) {
            return;
        }
        if (isLast(rule, hold == null)) {
            waitForLine(name(rule) + " in " + callers());
        }
    }

    /** Counts, and does not return if that was the end: so that no other thread can say meanwhile that all is done. */
    private static synchronized boolean isLast(int rule, boolean halts) {
        if (!armed) {
            return false;
        }
        RULES_HIT.add(name(rule));
        boolean last = ++hits == Integer.getInteger(AT);
        if (last && halts) {
            System.out.println("halted at " + name(rule) + " in " + callers());
            Runtime.getRuntime().halt(137);
        }
        return last;
    }

    private static void waitForLine(String where) {
        System.out.println("held at " + where);
        try {
            System.in.read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String callers() {
        return StackWalker.getInstance()
                .walk(frames -> frames.filter(frame -> frame.getClassName().startsWith("io.ipcq.queue.")
                                && !frame.getClassName().equals(KillSwitch.class.getName()))
                        .limit(3)
                        .map(frame ->
                                frame.getClassName().substring("io.ipcq.queue.".length()) + "." + frame.getMethodName())
                        .collect(Collectors.joining(" < ")));
    }
}
