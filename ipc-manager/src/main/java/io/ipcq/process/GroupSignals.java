// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What SIGINT and SIGTERM mean in a child: its end, if its parent says so or is gone; nothing else. */
final class GroupSignals {
    /*
     * Why. Ctrl-C goes to all processes of a terminal's group, and a service manager signals all processes of a
     * service. The parent then ends in order, and its hooks may still need its children: to get the results of their
     * tasks, for instance. So it is the parent that ends them, or its own end, which they notice by themselves.
     *
     * Idea. A signal does not say who sent it. So the parent leaves a note beside the child's task before it sends one:
     *
     *   <n>.TERM, <n>.INT     the child may end when it gets that signal
     *
     * The child passes a signal on to whoever had it before, which is the JVM, if there is such a note, if the
     * directory for it is gone, or if there is no parent any more. Where signals cannot be handled (-Xrs, an image
     * without jdk.unsupported), they mean what they always do, as they do until the child has come to its main class.
     */

    static final String TERM = "TERM";
    static final String INT = "INT";

    private static final List<String> SIGNALS = List.of(INT, TERM);

    private GroupSignals() {}

    /**
     * For the child, from now on. {@code given} is the file of its task, or of the slot in which it will be given one.
     */
    static void heedParentOnly(Path given, ParentLink parent) {
        try {
            for (String signal : SIGNALS) {
                SignalGuard.install(signal, new Meant(noteOf(given, signal), parent));
            }
        } catch (IllegalArgumentException | LinkageError notHere) {
            // then they end the child, as any JVM
        }
    }

    /** For the parent, before it sends a signal. */
    static void allow(Path task, String signal) {
        try {
            RunDirectory.createFile(noteOf(task, signal));
        } catch (IOException thereOrNotPossible) {
            // the child ends without a note if the directory is gone
        }
    }

    /** For the parent, when the child has ended. */
    static void forget(Path task) {
        for (String signal : SIGNALS) {
            try {
                Files.deleteIfExists(noteOf(task, signal));
            } catch (IOException stays) {
                // it goes with the directory
            }
        }
    }

    private static Path noteOf(Path given, String signal) {
        return TaskPaths.besides(given, "." + signal);
    }

    /** Whether a signal is meant for this child. */
    private static boolean isMeant(Path note, ParentLink parent) {
        return Files.exists(note, LinkOption.NOFOLLOW_LINKS)
                || !Files.exists(note.resolveSibling(""), LinkOption.NOFOLLOW_LINKS)
                || !parent.isParentAlive();
    }

    /** No lambda: the first one costs a JVM that has just started milliseconds. */
    private static final class Meant implements BooleanSupplier {

        private final Path note;
        private final ParentLink parent;

        Meant(Path note, ParentLink parent) {
            this.note = note;
            this.parent = parent;
        }

        @Override
        public boolean getAsBoolean() {
            return isMeant(note, parent);
        }
    }
}
