using Call112.Messages;

namespace Call112.Center.Book;

/// <summary>A dispatch in the book's memory: its messages, and one <see cref="Target"/> for each station.</summary>
internal sealed class DispatchEntry(Dispatch alert, TimeSpan timeToLive, IReadOnlyList<string> groups, TimeSpan sentAt)
{
    public Guid Id => Alert.DispatchId;

    /// <summary>The alert with its present content: what a station that has nothing yet needs.</summary>
    public Dispatch Alert { get; set; } = alert;

    public TimeSpan TimeToLive { get; } = timeToLive;

    public IReadOnlyList<string> Groups { get; } = groups;

    /// <summary>Monotonic time of the first sending.</summary>
    public TimeSpan SentAt { get; } = sentAt;

    public Dispatch? Update { get; set; }

    public Dispatch? Cancel { get; set; }

    /// <summary>Group messages that the broker has not taken yet.</summary>
    public HashSet<(string Group, MessageType Type)> GroupsUnsent { get; } = [];

    public Dictionary<string, Target> Targets { get; } = new(StringComparer.Ordinal);

    /// <summary>Targets that the book was not done with at its last look at them: whether all are done must not cost a look at all.</summary>
    public HashSet<Target> Waiting { get; } = [];

    /// <summary>Next moment at which a group message is sent again; only while <see cref="GroupsUnsent"/> has some.</summary>
    public TimeSpan GroupsDue { get; set; }

    public bool Closed { get; set; }

    /// <summary>Monotonic end of the life of the alert, the update, the cancel: a step of the wall clock changes nothing (F5).</summary>
    public TimeSpan AlertEnd { get; set; }

    /// <inheritdoc cref="AlertEnd"/>
    public TimeSpan UpdateEnd { get; set; }

    /// <inheritdoc cref="AlertEnd"/>
    public TimeSpan CancelEnd { get; set; }

    public TimeSpan EndOf(MessageType type) => type switch
    {
        MessageType.Alert => AlertEnd,
        MessageType.Update => UpdateEnd,
        MessageType.Cancel => CancelEnd,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    public Dispatch? MessageOf(MessageType type) => type switch
    {
        MessageType.Alert => Alert,
        MessageType.Update => Update,
        MessageType.Cancel => Cancel,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    public DispatchRow Row() => new(
        Alert, TimeToLive, Groups, Update, Cancel, [.. GroupsUnsent.Select(unsent => $"{unsent.Group} {unsent.Type}")]);

    public DispatchView View(Func<string, string?> nameOf) => new(
        Id,
        Alert.Incident!.IncidentId,
        Cancel is not null ? DispatchState.Cancelled : Closed ? DispatchState.Closed : DispatchState.Open,
        Cancel is null && Targets.Values.Any(target => target.NeedsAnotherStation),
        Alert.Status,
        Alert.SentAt,
        Alert.ExpiresAt,
        Update?.SentAt,
        Cancel?.SentAt,
        Alert.Revision,
        Alert.Discreet,
        Alert.Zones,
        Groups,
        Alert.Incident,
        [.. Targets.Values.OrderBy(target => target.StationId, StringComparer.Ordinal).Select(target => target.View(this, nameOf(target.StationId)))]);
}

/// <summary>
/// One station's part in a dispatch: what it has reported, and which message still waits for its answer. At most one message waits:
/// Cancel before Alert before Update, so that a siren stops before anything else is said.
/// </summary>
internal sealed class Target(string stationId, string? group, TimeSpan sentAt, DateTimeOffset sentAtWall, Ladder ladder)
{
    public string StationId { get; } = stationId;

    public string? Group { get; } = group;

    public Ladder Ladder { get; } = ladder;

    /// <summary>Monotonic time at which the alert was first sent to this station.</summary>
    public TimeSpan SentAt { get; } = sentAt;

    public DateTimeOffset SentAtWall { get; } = sentAtWall;

    public int Sends { get; set; }

    public TimeSpan LastSend { get; set; }

    /// <summary>What was sent last; another message that comes to wait for an answer goes out at once.</summary>
    public MessageType? LastSent { get; set; }

    public int ConfirmedRevision { get; set; }

    /// <summary>The present or an earlier update was sent to this station.</summary>
    public bool UpdateSent { get; set; }

    /// <summary>Answers that the present update still needs: more than one when it replaced an unconfirmed one.</summary>
    public int UpdateAnswersDue { get; set; }

    public bool CancelConfirmed { get; set; }

    public bool NotReceived { get; set; }

    public bool NotAcknowledged { get; set; }

    /// <summary>The alert's life ended before the station answered.</summary>
    public bool TimedOut { get; set; }

    /// <summary>When the book looks at this target next; older entries of the deadline queue are stale.</summary>
    public TimeSpan NextVisit { get; set; }

    /// <summary>Texts of this alert that were handed to the SMS gateway, the newest's counter and moment.</summary>
    public int SmsSends { get; set; }

    /// <inheritdoc cref="SmsSends"/>
    public long SmsCounter { get; set; }

    /// <inheritdoc cref="SmsSends"/>
    public TimeSpan LastSms { get; set; }

    /// <inheritdoc cref="SmsSends"/>
    public DateTimeOffset? LastSmsWall { get; set; }

    /// <summary>What the station has told by SMS.</summary>
    public ReportEvent? SmsStep { get; set; }

    /// <summary>The station has the alert, or refuses it: by its reports, or by SMS.</summary>
    public bool Answered => Ladder.Answered || SmsStep is not null;

    /// <summary>A person has pressed: by its reports, or by SMS.</summary>
    public bool Acknowledged => Ladder.Acknowledged || (SmsStep == ReportEvent.Acknowledged && !Ladder.SoundsAgain);

    /// <summary>The present step, whichever way it was told.</summary>
    public ReportEvent? Step =>
        Acknowledged && (Ladder.Current is null or ReportEvent.Received or ReportEvent.Sounding) ? ReportEvent.Acknowledged : Ladder.Current ?? SmsStep;

    public bool AlertEnded => Ladder.Ended || TimedOut;

    public bool NeedsAnotherStation => NotReceived || NotAcknowledged || TimedOut
        || Ladder.Current is ReportEvent.Declined or ReportEvent.Expired or ReportEvent.Rejected;

    /// <summary>The message that waits for an answer of this station.</summary>
    public Dispatch? Outstanding(DispatchEntry entry, TimeSpan now)
    {
        if (entry.Cancel is { } cancel)
            return !CancelConfirmed && now < entry.CancelEnd ? cancel : null;
        if (!Answered)
            return now < entry.AlertEnd ? entry.Alert : null;
        return entry.Update is { } update && ConfirmedRevision < update.Revision && !AlertRefused && now < entry.UpdateEnd ? update : null;
    }

    /// <summary>The book is done with this station.</summary>
    public bool IsDone(DispatchEntry entry, TimeSpan now) => entry.Cancel is null ? AlertEnded : Outstanding(entry, now) is null;

    public TargetRow Row(Guid dispatchId) => new(dispatchId, StationId, Group, SentAtWall, ConfirmedRevision, CancelConfirmed, SmsSends, LastSmsWall, SmsCounter, SmsStep);

    public StationLadderView View(DispatchEntry entry, string? name) => new(
        StationId,
        name,
        Group,
        Step,
        SentAtWall,
        Sends,
        NotReceived,
        NotAcknowledged,
        NeedsAnotherStation && entry.Cancel is null,
        entry.Cancel is not null || entry.Update is null || ConfirmedRevision >= entry.Update.Revision,
        entry.Cancel is null ? null : CancelConfirmed,
        Ladder.Steps,
        SmsSends,
        SmsStep);

    /// <summary>The station has no use for an update: it declined, refused, or got the alert too late.</summary>
    public bool AlertRefused => Ladder.Current is ReportEvent.Declined or ReportEvent.Expired or ReportEvent.Rejected;
}
