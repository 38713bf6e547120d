"""Writing, moving, reading: everything that changes conversation."""

from qunluo.conversation.actions.asking import (
    answer_asking,
    ask_into_circle,
    tell_of_asking,
    withdraw_asking,
)
from qunluo.conversation.actions.attaching import (
    attach,
    describe_attachment,
    discard_attachment,
    tidy_attachments,
)
from qunluo.conversation.actions.bringing import (
    Brought,
    claim_author,
    import_chat,
    index_room,
    release_author,
)
from qunluo.conversation.actions.channels import (
    attach_channel,
    change_channel,
    detach_channel,
    renew_secret,
    send_again,
    send_trial,
)
from qunluo.conversation.actions.circles import (
    begin_circle,
    edit_circle,
    invite_to_circle,
    leave_circle,
    take_out_of_circle,
    talk_with,
)
from qunluo.conversation.actions.drafts import discard_draft, save_draft
from qunluo.conversation.actions.editing import edit_post
from qunluo.conversation.actions.holding import carry_out, withdraw_held
from qunluo.conversation.actions.indexing import (
    forget,
    index,
    index_missing,
    index_missing_others,
    index_posts,
    index_thread,
    rebuild_search,
)
from qunluo.conversation.actions.knowing import forget_old_ties, note_answer, note_talk
from qunluo.conversation.actions.moving import accept_answer, move_state
from qunluo.conversation.actions.passing import (
    hear_account,
    let_in,
    pass_on,
    take_in,
    take_in_waiting,
)
from qunluo.conversation.actions.planning import (
    change_calendar,
    change_item,
    plan_item,
    rate_item,
    schedule_item,
    withdraw_item,
)
from qunluo.conversation.actions.polling import answer_poll, close_poll
from qunluo.conversation.actions.proposals import follow_vote, may_put_to_vote, put_to_vote
from qunluo.conversation.actions.publishing import (
    announce_due,
    mark_published,
    publish_due,
    publish_item,
    tell_of_held,
)
from qunluo.conversation.actions.reacting import react, unreact
from qunluo.conversation.actions.reading import (
    follow,
    follow_space,
    mark_read,
    mark_space_read,
    mark_unread,
    mute,
    mute_space_by_id,
    mute_thread_by_id,
)
from qunluo.conversation.actions.relocating import relocate_thread
from qunluo.conversation.actions.removing import erase, may_judge, remove_post, withdraw_post
from qunluo.conversation.actions.reporting import report_post, report_thread
from qunluo.conversation.actions.services import (
    close_services_in,
    may_request,
    part_from_services,
    request_service,
    settle_requests,
    take_service_step,
)
from qunluo.conversation.actions.showing import link_post
from qunluo.conversation.actions.spaces import (
    Preset,
    archive_space,
    edit_space,
    furnish,
    open_space,
    restore_space,
)
from qunluo.conversation.actions.splitting import split_thread
from qunluo.conversation.actions.surveying import (
    answer_survey,
    end_survey,
    end_surveys,
    open_survey,
    tell_of_survey,
    tell_of_surveys,
)
from qunluo.conversation.actions.telling import (
    take_back_from,
    take_back_in,
    tell_of_reaction,
    tell_of_service,
    tell_of_steps,
    tell_of_words,
)
from qunluo.conversation.actions.writing import reply, write_post

__all__ = [
    "attach_channel",
    "change_channel",
    "detach_channel",
    "renew_secret",
    "send_again",
    "send_trial",
    "hear_account",
    "let_in",
    "pass_on",
    "take_in",
    "take_in_waiting",
    "Brought",
    "Preset",
    "accept_answer",
    "answer_poll",
    "archive_space",
    "attach",
    "begin_circle",
    "carry_out",
    "change_calendar",
    "change_item",
    "claim_author",
    "close_poll",
    "describe_attachment",
    "discard_attachment",
    "discard_draft",
    "edit_circle",
    "edit_post",
    "edit_space",
    "erase",
    "follow",
    "follow_space",
    "follow_vote",
    "forget",
    "forget_old_ties",
    "furnish",
    "import_chat",
    "index",
    "index_missing",
    "index_missing_others",
    "index_posts",
    "index_room",
    "index_thread",
    "invite_to_circle",
    "leave_circle",
    "link_post",
    "mark_published",
    "mark_read",
    "mark_space_read",
    "mark_unread",
    "may_put_to_vote",
    "move_state",
    "mute",
    "mute_space_by_id",
    "mute_thread_by_id",
    "note_answer",
    "note_talk",
    "open_space",
    "plan_item",
    "announce_due",
    "answer_survey",
    "end_survey",
    "end_surveys",
    "open_survey",
    "tell_of_survey",
    "tell_of_surveys",
    "answer_asking",
    "ask_into_circle",
    "tell_of_asking",
    "withdraw_asking",
    "publish_due",
    "publish_item",
    "put_to_vote",
    "rate_item",
    "react",
    "rebuild_search",
    "release_author",
    "relocate_thread",
    "remove_post",
    "reply",
    "report_post",
    "report_thread",
    "restore_space",
    "save_draft",
    "schedule_item",
    "split_thread",
    "close_services_in",
    "may_judge",
    "may_request",
    "part_from_services",
    "request_service",
    "settle_requests",
    "take_service_step",
    "tell_of_service",
    "take_back_from",
    "take_back_in",
    "take_out_of_circle",
    "talk_with",
    "tell_of_held",
    "tell_of_reaction",
    "tell_of_steps",
    "tell_of_words",
    "tidy_attachments",
    "unreact",
    "withdraw_held",
    "withdraw_item",
    "withdraw_post",
    "write_post",
]
