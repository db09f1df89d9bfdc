// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import java.util.Set;

/**
 * Which of the standard streams are terminals; the launcher script knows, and says so with
 * {@code -Dipcq.terminal="in out err"}.
 *
 * @param in whether a question can be asked
 * @param out whether somebody reads the data on a screen
 * @param err whether somebody reads the messages on a screen
 * @param hasColours whether that of the data is to show colours
 */
record Terminal(boolean in, boolean out, boolean err, boolean hasColours) {

    static final Terminal NONE = new Terminal(false, false, false, false);

    static Terminal ofThisProcess() {
        Set<String> streams =
                Set.of(System.getProperty("ipcq.terminal", "none").strip().split(" +", 0));
        boolean wanted =
                System.getenv().getOrDefault("NO_COLOR", "").isEmpty() && !"dumb".equals(System.getenv("TERM"));
        boolean out = streams.contains("out");
        return new Terminal(streams.contains("in"), out, streams.contains("err"), out && wanted);
    }
}
