// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The handling of SIGINT and SIGTERM in a child. They end the child if its parent has sent them or is gone. Otherwise
 * they are ignored.
 */
final class GroupSignals {
    /*
     * Why. Ctrl-C goes to all processes of a terminal's group, and a service manager signals all processes of a
     * service. The parent then ends in order, and its hooks may still need its children: for instance, to get the
     * results of their tasks. So only the parent ends its children, or they notice the end of the parent and end
     * themselves.
     *
     * Idea. A signal does not say who sent it. So the parent leaves a note beside the child's task before it sends one:
     *
     *   <n>.TERM, <n>.INT     the child may end when it gets that signal
     *
     * The child passes a signal on to its former handler, the JVM's, in three cases: there is such a note, the
     * directory of the note is gone, or the parent has ended. If signals cannot be handled (-Xrs, an image without
     * jdk.unsupported), they have their usual effect. They also have it until the child has reached its main class.
     */

    static final String TERM = "TERM";
    static final String INT = "INT";

    private static final List<String> SIGNALS = List.of(INT, TERM);

    private GroupSignals() {}

    /**
     * For the child: ignores signals of others from now on. {@code given} is the file of its task, or of the slot in
     * which it will be given one.
     */
    static void heedParentOnly(Path given, ParentLink parent) {
        try {
            for (String signal : SIGNALS) {
                SignalGuard.install(signal, new Meant(noteOf(given, signal), parent));
            }
        } catch (IllegalArgumentException | LinkageError notHere) {
            // then the signals end the child, as they end any JVM
        }
    }

    /** For the parent: allows a signal, before it is sent. */
    static void allow(Path task, String signal) {
        try {
            RunDirectory.createFile(noteOf(task, signal));
        } catch (IOException thereOrNotPossible) {
            // the child ends without a note if the directory is gone
        }
    }

    /** For the parent: removes its notes when the child has ended. */
    static void forget(Path task) {
        for (String signal : SIGNALS) {
            try {
                Files.deleteIfExists(noteOf(task, signal));
            } catch (IOException stays) {
                // it is removed with the directory
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

    /** No lambda, because the first one costs a JVM milliseconds at its start. */
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
