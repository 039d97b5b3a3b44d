package io.sonia.console;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.Listing;
import io.sonia.contracts.console.Chat;
import io.sonia.contracts.console.ChatCreate;
import io.sonia.contracts.console.ChatFilter;
import io.sonia.contracts.console.ChatList;
import io.sonia.contracts.console.ChatUpdate;
import io.sonia.contracts.console.Message;
import io.sonia.contracts.console.MessageFilter;
import io.sonia.contracts.console.MessageList;
import io.sonia.contracts.console.SendAnswer;
import io.sonia.contracts.console.SendRequest;
import io.sonia.journal.Answers;
import io.sonia.journal.Journal;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Chats and their messages over HTTP. */
final class ChatRoutes {

    private final Journal journal;
    private final Cursors cursors;
    private final Sends sends;
    private final Sends.Ground ground;
    private final Figures figures;

    ChatRoutes(Journal journal, Cursors cursors, Sends sends, Sends.Ground ground, Figures figures) {
        this.journal = journal;
        this.cursors = cursors;
        this.sends = sends;
        this.ground = ground;
        this.figures = figures;
    }

    List<Route<?>> list() {
        return List.of(
                Route.of(Operation.CHAT_CREATE, ChatCreate.class, Chat.class, this::create),
                Route.of(Operation.CHAT_LIST, ChatFilter.class, ChatList.class, this::chats),
                Route.of(Operation.CHAT_GET, Chat.class, this::get),
                Route.of(Operation.CHAT_UPDATE, ChatUpdate.class, Chat.class, this::update),
                Route.of(Operation.CHAT_MESSAGES, MessageFilter.class, MessageList.class, this::messages),
                Route.of(Operation.CHAT_SEND, SendRequest.class, SendAnswer.class, sends::send)
                        .repeatingEvents());
    }

    private Reply create(Call<ChatCreate> call) {
        requireNode(call.input().nodeId());
        Instant now = ground.clock().now();
        Chat chat = new Chat(
                ground.ids().next("cht_"),
                call.input().title(),
                ground.node(),
                now,
                now,
                null,
                0,
                false,
                call.input().metadata());
        return journal.commit(tx -> {
            ChatStore.put(tx.sql(), chat);
            tx.audit(call.audit().about("chat", chat.chatId()));
            return Answers.keep(tx, call, Reply.ok(chat).location("/api/chats/" + chat.chatId()));
        });
    }

    private void requireNode(@Nullable String nodeId) {
        if (nodeId != null && !nodeId.equals(ground.node())) {
            throw SoniaException.of(ErrorCode.NOT_FOUND, "There is no such node")
                    .with("known", List.of(ground.node()));
        }
    }

    private Reply chats(Call<ChatFilter> call) {
        ChatFilter filter = call.input();
        count("chats", filter.cursor());
        Listing.Page<Chat> page = ChatStore.listing(filter.archived())
                .page(journal, cursors, filter.cursor(), filter.limit(), ChatStore::chat);
        return Reply.ok(new ChatList(page.rows(), page.rows().size(), page.total(), page.nextCursor()));
    }

    private Reply get(Call<Empty> call) {
        String chatId = Ids.checked(call.path("chat_id"));
        return Reply.ok(journal.read(sql -> ChatStore.chat(sql, chatId)));
    }

    private Reply update(Call<ChatUpdate> call) {
        String chatId = Ids.checked(call.path("chat_id"));
        ChatUpdate wish = call.input();
        requireNode(wish.nodeId());
        return journal.commit(tx -> {
            Chat seen = ChatStore.chat(tx.sql(), chatId);
            Chat chat = new Chat(
                    chatId,
                    wish.title() == null ? seen.title() : wish.title(),
                    seen.nodeId(),
                    seen.createdAt(),
                    ground.clock().now(),
                    seen.lastTs(),
                    seen.messageCount(),
                    wish.archived() == null ? seen.archived() : wish.archived(),
                    seen.metadata());
            ChatStore.put(tx.sql(), chat);
            tx.audit(call.audit().about("chat", chatId).detail(Map.of("archived", chat.archived())));
            return Answers.keep(tx, call, Reply.ok(chat));
        });
    }

    /** A page costs the same wherever it is: the number of all is the chat's own. */
    private Reply messages(Call<MessageFilter> call) {
        String chatId = Ids.checked(call.path("chat_id"));
        MessageFilter filter = call.input();
        count("messages", filter.cursor());
        String name = "messages " + chatId + " " + filter.direction();
        Cursors.Position after = cursors.read(filter.cursor(), name);
        return journal.read(sql -> {
            Chat chat = ChatStore.chat(sql, chatId);
            List<Message> found = ChatStore.page(sql, chatId, filter.direction(), after, filter.limit() + 1);
            List<Message> shown = found.subList(0, Math.min(filter.limit(), found.size()));
            String next = found.size() > filter.limit()
                    ? cursors.after(
                            new Cursors.Position(
                                    shown.getLast().ts(), shown.getLast().messageId()),
                            name)
                    : null;
            return Reply.ok(new MessageList(shown, shown.size(), chat.messageCount(), next));
        });
    }

    private void count(String resource, @Nullable String cursor) {
        if (cursor != null) {
            figures.cursors().increment(resource);
        }
    }
}
