// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** How a command that changes queues says what it did: in a sentence for people, or as an object for scripts. */
final class Outcome {

    @Option(names = "--json", description = "Prints what was done as JSON, one object a line.")
    private boolean json;

    boolean json() {
        return json;
    }

    /** Says it in either way. */
    <T> void say(CommandSpec spec, Class<T> type, T object, String sentence) {
        Screen screen = Screen.of(spec);
        if (json) {
            screen.json(type, object);
        } else {
            screen.note(sentence);
        }
    }
}
