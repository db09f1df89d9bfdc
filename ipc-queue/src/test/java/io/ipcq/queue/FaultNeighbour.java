// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.TestJvm;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Another process, in which no errors come up, and which is told to put an element into a queue and to take all there
 * are.
 */
final class FaultNeighbour implements AutoCloseable {

    private static final String TOOK = "took ";

    private static final String OWN = "of-neighbour:";

    private @Nullable TestJvm jvm;

    /** What was taken. */
    List<String> drain(FaultEngine engine, FaultOperation operation, Path queue) {
        TestJvm asked = jvm != null && jvm.isAlive() ? jvm : TestJvm.start(FaultNeighbour.class);
        jvm = asked;
        asked.send(engine + " " + operation + " " + queue);
        String answer = asked.awaitLine(TOOK);
        return Stream.of(answer.substring(TOOK.length()).split(" "))
                .filter(element -> !element.isEmpty())
                .toList();
    }

    /** The neighbour itself. */
    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ", 3);
            StringBuilder took = new StringBuilder(TOOK);
            FaultOperation operation = FaultOperation.valueOf(words[1]);
            try (SharedQueue<String> queue = FaultEngine.valueOf(words[0]).open(Path.of(words[2]), operation.codec())) {
                take(queue, took);
                if (!queue.isShutdown()) {
                    queue.put(OWN);
                    take(queue, took);
                }
            }
            System.out.println(took);
        }
    }

    private static void take(SharedQueue<String> queue, StringBuilder took) {
        for (String element = queue.poll(); element != null; element = queue.poll()) {
            if (element.equals(OWN)) {
                queue.taskDone();
            } else {
                took.append(FaultScene.id(element)).append(' ');
            }
        }
    }

    @Override
    public void close() {
        if (jvm != null) {
            jvm.close();
        }
    }
}
