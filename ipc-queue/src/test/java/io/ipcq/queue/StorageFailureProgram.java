// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import io.ipcq.Log;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Uses up its file descriptors and prints what the queue of an engine has to say: {@code engine directory}. */
final class StorageFailureProgram {

    private StorageFailureProgram() {}

    public static void main(String[] args) throws Exception {
        StorageFailureIT.Engine engine = StorageFailureIT.Engine.valueOf(args[0]);
        Path directory = Path.of(args[1]);
        // without descriptors no class is found
        Log.of(SharedQueue.class).debug("is looked up");
        StorageFailureIT.putMuch(engine.create(directory.resolve("warm-up")));
        Class.forName(Task.Action.class.getName());
        Class.forName(StorageFailure.class.getName());
        try (SharedQueue<byte[]> queue = engine.create(directory.resolve("there"))) {
            queue.put(new byte[10]);
            queue.get();
            List<FileInputStream> open = new ArrayList<>();
            useUpDescriptors(open);
            say("create", () -> engine.create(directory.resolve("new")).close());
            say("open", () -> engine.open(directory.resolve("there")).close());
            say("put", () -> StorageFailureIT.putMuch(queue));
            for (FileInputStream each : open) {
                each.close();
            }
            queue.put(new byte[10]);
            System.out.println("works again");
        }
        Runtime.getRuntime().halt(0);
    }

    private static void useUpDescriptors(List<FileInputStream> open) {
        try {
            while (true) {
                open.add(new FileInputStream("/dev/null"));
            }
        } catch (IOException none) {
            // that was the last one
        }
    }

    private static void say(String what, Task.Action action) {
        try {
            action.run();
            System.out.println(what + " succeeded");
        } catch (Throwable e) {
            System.out.println(what + " " + e.getMessage());
        }
    }
}
