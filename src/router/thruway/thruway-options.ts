/** What a realm does as Thruway does it, for those who come from there. Each is off unless it is switched on. */
export interface ThruwayOptions {
  /** The procedures `add_state_handler` and `remove_state_handler`, and publications marked `_thruway_restoring_state`. */
  readonly stateHandlers?: boolean | undefined;
  /** `invoke: "_thruway"` and `thruway_multiregister`: the least busy callee, one call at a time each. */
  readonly multiregister?: boolean | undefined;
  /** `replace_orphaned_session: "yes"`: a holder of the procedure that gives no sign of life loses it. */
  readonly replaceOrphanedSession?: boolean | undefined;
  /** The events `wamp.metaevent.session.on_join` and `.on_leave`, and `thruway.metaevent.procedure.congestion`. */
  readonly metaEvents?: boolean | undefined;
}
