import { isAllowed, type Authorization } from '../authorization.js';
import type { Answer } from '../authorizer.js';
import { isDisclosed, type DisclosurePolicy } from '../disclosure.js';
import { checkPassthru, passthruDetails } from '../payload-passthru.js';
import { ProtocolViolation, Uri, WampError } from '../protocol/errors.js';
import { NO_REQUEST } from '../protocol/id.js';
import { MessageType, type Publish } from '../protocol/message.js';
import { checkOptions, isDict, optionRules } from '../protocol/options.js';
import { Payload, type Dict } from '../protocol/payload.js';
import type { Session } from '../session.js';
import type { Testament, TestamentScope } from './testament.js';
import type { Testaments } from './testaments.js';
import { dictAt, invalidArgument, listAt, textAt } from './arguments.js';
import { eventually, type Eventually } from './eventually.js';
import type { MetaCall, MetaProcedures } from './meta-procedure.js';
import type { PublicationLine } from './publication-line.js';

/** What testaments are added and published with. */
export interface TestamentMetaOptions {
  readonly testaments: Testaments;
  readonly authorization: Authorization;
  readonly disclosure: DisclosurePolicy;
  readonly line: PublicationLine;
  /** Publishes for a session, as if it had sent the message itself. Throws WampError. */
  readonly publish: (session: Session, message: Publish, disclosure?: DisclosurePolicy) => void;
}

/** The procedures of WAMP, Session Testament. What may not be published may not be added either. */
export function testamentProcedures(options: TestamentMetaOptions): MetaProcedures {
  const { testaments, authorization, disclosure } = options;
  return {
    'wamp.session.add_testament': (call) => {
      const { caller, kwargs } = call;
      const testament = testamentOf(call);
      const scope = scopeOf(kwargs);
      isDisclosed(disclosure, testament.options);
      const answer = authorization.authorize(caller, 'publish', testament.topic, 'exact');
      return eventually(answer, (mayPublishIt) => {
        if (!mayPublishIt) throw new WampError(Uri.notAuthorized);
        // Its answer may have come after the end: then there is nobody whose testament it could be.
        if (caller.isOpen) testaments.add(caller, scope, testament);
        return [];
      });
    },
    'wamp.session.flush_testaments': ({ caller, kwargs }) => {
      testaments.flush(caller, scopeOf(kwargs));
      return [];
    },
  };
}

/**
 * Publishes what a session leaves behind, each if it may still be published. Not by way of the session's own door, which is closed, but in
 * one line with the meta events that follow.
 */
export function publishTestaments(options: TestamentMetaOptions, session: Session): void {
  for (const testament of options.testaments.take(session)) {
    options.line.enter(mayPublish(options.authorization, session, testament), (answer) => {
      if (!isAllowed(answer)) return;
      try {
        options.publish(session, testament, options.authorization.disclosureOf(answer));
      } catch (error) {
        // Whom the broker would tell, or end, has gone.
        if (!(error instanceof WampError || error instanceof ProtocolViolation)) throw error;
      }
    });
  }
}

function mayPublish(
  authorization: Authorization,
  session: Session,
  { topic }: Testament,
): Eventually<Answer> {
  try {
    return authorization.answer(session, 'publish', topic, 'exact');
  } catch (error) {
    if (error instanceof WampError) return false;
    throw error;
  }
}

function testamentOf({ caller, args, kwargs, format }: MetaCall): Testament {
  return {
    type: MessageType.Publish,
    request: NO_REQUEST,
    options: publishOptionsOf(caller, kwargs),
    topic: textAt(args, 0),
    payload: Payload.of(format, listAt(args, 1), dictAt(args, 2)),
  };
}

function publishOptionsOf(caller: Session, kwargs: Dict): Dict {
  const options = kwargs['publish_options'] ?? {};
  if (!isDict(options)) throw invalidArgument('publish_options is a dict');
  try {
    checkPassthru(caller, 'publisher', passthruDetails(options));
    // Nobody is there to be told that it was published.
    return { ...checkOptions(options, optionRules.publish), acknowledge: false };
  } catch (error) {
    if (error instanceof ProtocolViolation) throw invalidArgument(error.message);
    throw error;
  }
}

function scopeOf(kwargs: Dict): TestamentScope {
  const { scope = 'destroyed' } = kwargs;
  if (scope !== 'detached' && scope !== 'destroyed') {
    throw invalidArgument('scope is one of detached, destroyed');
  }
  return scope;
}
