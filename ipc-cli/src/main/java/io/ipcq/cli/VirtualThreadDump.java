// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** The virtual threads in a dump that {@code jcmd PID Thread.dump_to_file} has made; the others are left out. */
final class VirtualThreadDump {

    private static final String BEGIN = "#[0-9]+ \".*";
    /** A name may have several lines. What follows the head is indented. */
    private static final Pattern VIRTUAL = Pattern.compile("#[0-9]+ \".*\" virtual( .*)?", Pattern.DOTALL);

    private static final String INDENTED = "    ";

    private VirtualThreadDump() {}

    /** Prints them, one after the other: there may be very many. */
    static void in(BufferedReader dump, Consumer<String> print) throws IOException {
        List<String> thread = new ArrayList<>();
        for (String line = dump.readLine(); line != null; line = dump.readLine()) {
            if (line.matches(BEGIN)) {
                end(thread, print);
            }
            thread.add(line);
        }
        end(thread, print);
    }

    private static void end(List<String> thread, Consumer<String> print) {
        String head = String.join(
                "\n",
                thread.stream().takeWhile(line -> !line.startsWith(INDENTED)).toList());
        if (VIRTUAL.matcher(head.stripTrailing()).matches()) {
            thread.forEach(print);
        }
        thread.clear();
    }
}
