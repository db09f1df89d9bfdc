// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A list of JSON values. */
final class ServedList extends Served {

    private final List<Object> items = new ArrayList<>();

    ServedList(Key key) {
        super(key);
    }

    @Override
    synchronized void call(Call call, String operation) {
        try {
            call.reply(operate(call, operation));
        } catch (IndexOutOfBoundsException e) {
            throw new RpcException(
                    Protocol.INVALID_PARAMS,
                    "there is no such index: index=" + call.value(1) + ", size=" + items.size());
        }
    }

    private @Nullable Object operate(Call call, String operation) {
        return switch (operation) {
            case "size" -> items.size();
            case "clear" -> {
                items.clear();
                yield null;
            }
            case "get" -> items.get(call.count(1));
            case "set" -> items.set(call.count(1), call.present(2));
            case "append" -> {
                requireRoom();
                items.add(call.present(1));
                yield items.size();
            }
            case "insert" -> {
                requireRoom();
                items.add(call.count(1), call.present(2));
                yield null;
            }
            case "remove" -> items.remove(call.count(1));
            case "items" -> List.copyOf(items);
            default -> throw noSuch(operation);
        };
    }

    private void requireRoom() {
        if (items.size() >= Protocol.MAX_ITEMS) {
            throw new RpcException(Protocol.LIMIT, this + " is full: limit=" + Protocol.MAX_ITEMS);
        }
    }
}
