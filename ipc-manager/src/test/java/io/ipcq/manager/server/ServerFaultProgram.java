// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import io.ipcq.manager.server.ServerFaultScene.States;
import io.ipcq.test.FaultLoop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * The process in which errors come up. Arguments: the directory, how many points of each kind of call, the seed, how
 * many kinds, and a part of their names.
 */
final class ServerFaultProgram {

    private ServerFaultProgram() {}

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        FaultLoop loop = new FaultLoop(directory, Integer.parseInt(args[1]), Long.parseLong(args[2]));
        List<CallKind<?>> kinds = new ArrayList<>(CallKind.all());
        kinds.removeIf(kind -> !kind.toString().contains(args[4]));
        Collections.shuffle(kinds, new Random(Long.parseLong(args[2])));
        for (CallKind<?> kind : kinds.subList(0, Math.min(Integer.parseInt(args[3]), kinds.size()))) {
            run(loop, directory, kind);
        }
        System.exit(loop.finish() ? 0 : 1);
    }

    private static <P> void run(FaultLoop loop, Path directory, CallKind<P> kind) throws Exception {
        String name = kind.toString().replaceAll("[^a-zA-Z]+", "-");
        Path place = Files.createDirectory(directory.resolve("states-of-" + name));
        States states =
                new States(ServerFaultScene.state(place, kind, false), ServerFaultScene.state(place, kind, true));
        loop.run(name, there -> new ServerFaultScene<>(there, kind, states));
    }
}
