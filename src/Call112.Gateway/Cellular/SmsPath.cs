using Call112.Gateway.Options;
using Call112.Gateway.Time;
using Call112.Messages;
using Call112.Messages.Sms;
using Call112.Station;

namespace Call112.Gateway.Cellular;

/// <summary>
/// The last path (decision 0018): texts from the modem's store to the station, and the answers back. Texts are taken whenever they come, not only
/// while the uplinks are down: a dispatch twice is a duplicate, a dispatch never is a death. Invariants: a text leaves the store only after the
/// journal has what it led to; what is not sealed for this station never reaches the core as a dispatch; each step of a dispatch is answered at most
/// once in a run, with at most <see cref="TriesMax"/> tries.
/// </summary>
internal sealed class SmsPath(SmsOptions options, Mmcli mmcli, StationLoop station, StationClock clock, ILogger log)
{
    /// <summary>Texts that wait for the journal.</summary>
    private const int PostedMax = 64;

    /// <summary>Tries to send one answer.</summary>
    private const int TriesMax = 10;

    private static readonly TimeSpan s_journalWithin = TimeSpan.FromSeconds(2), s_retryAfter = TimeSpan.FromSeconds(10);

    /// <summary>By their words, not by their place: a modem that was reset gives places anew.</summary>
    private readonly Dictionary<string, Task> _posted = [];

    private readonly Dictionary<Guid, Answer> _answers = [];

    public TimeSpan PollEvery => station.State.IsCutOff ? options.PollEvery : options.IdlePollEvery;

    /// <summary>Takes what lies in the modem's store, and empties it: a full store stops delivery (hardware.md §1.1).</summary>
    public async Task ReceiveAsync(string modem, CancellationToken cancel)
    {
        foreach (var path in await mmcli.ListSmsAsync(modem, cancel) ?? [])
        {
            if (await mmcli.ReadSmsAsync(path, cancel) is not { } sms)
                continue;
            // "receiving" is a part of a longer text: the rest may come. What is ours and was sent is of no use any more.
            if (sms.State == "sent" || (sms.State == "received" && await TakeAsync(sms, cancel)))
                await mmcli.DeleteSmsAsync(modem, path, cancel);
        }
    }

    /// <summary>Answers Received and Acknowledged of dispatches that came by SMS.</summary>
    public async Task AnswerAsync(string modem, CancellationToken cancel)
    {
        var state = station.State;
        foreach (var id in state.Sms.Dispatches)
        {
            var told = _answers.GetValueOrDefault(id);
            if (StepOf(state, id, told?.Step) is not var (step, elapsed) || (told is not null && told.Step == step && told.IsOver(clock.Monotonic)))
                continue;
            var tries = told?.Step == step ? told.Tries + 1 : 1;
            var failure = await mmcli.SendSmsAsync(modem, options.ReplyTo, SmsText.Write(id, step, elapsed, options.Key), cancel);
            _answers[id] = new Answer(step, failure is null, tries, clock.Monotonic + s_retryAfter);
            if (failure is null)
                log.LogInformation(LogEvents.SmsAnswered, "{Step} of {Dispatch} was answered by SMS.", step, id);
            else
                log.LogWarning(LogEvents.SmsNotAnswered, "{Step} of {Dispatch} could not be answered by SMS: {Failure} (try {Try} of {Max}).", step, id, failure, tries, TriesMax);
        }

        foreach (var id in _answers.Keys.Except(state.Sms.Dispatches).ToList())
            _answers.Remove(id);
    }

    /// <summary>True when the journal has what the text led to.</summary>
    private async Task<bool> TakeAsync(SmsFacts sms, CancellationToken cancel)
    {
        var text = sms.Text ?? "";
        if (!_posted.TryGetValue(text, out var journaled))
        {
            if (_posted.Count >= PostedMax)
                return false;
            _posted[text] = journaled = await station.PostJournaledAsync(InputOf(sms.Number, text));
            await Task.WhenAny(journaled, Task.Delay(s_journalWithin, clock.Time, cancel));
        }

        if (!journaled.IsCompleted)
            return false;
        _posted.Remove(text);
        return true;
    }

    private StationInput InputOf(string? number, string text)
    {
        if (options.AllowFrom.Count > 0 && !options.AllowFrom.Contains(number))
            return new StationInput.MessageRefused("sms: the sender is not in sms.allowFrom", null);
        return SmsText.TryReadDispatch(text, options.Key, out var message, out var refusal)
            ? new StationInput.SmsArrived(message.Dispatch, message.Counter)
            : new StationInput.MessageRefused(refusal, null);
    }

    /// <summary>
    /// The step that the centre should know. Of a dispatch that has ended only what follows an answer of this run: after a restart nobody is told
    /// what is long over.
    /// </summary>
    private static (ReportEvent Step, TimeSpan Elapsed)? StepOf(StationState state, Guid id, ReportEvent? told)
    {
        if (state.Find(id) is { } open)
            return open.Waits
                ? (ReportEvent.Received, TimeSpan.Zero)
                : (ReportEvent.Acknowledged, (open.AcknowledgedAt ?? open.RespondedAt ?? open.ReceivedAt) - open.ReceivedAt);
        var isAcknowledged = state.Ended.TryGetValue(id, out var ended) && (ended.Step == ReportEvent.Completed
            || (ended.Lapsed && ended.Step is not (ReportEvent.Received or ReportEvent.Sounding)));
        return told == ReportEvent.Received && isAcknowledged ? (ReportEvent.Acknowledged, ended!.EndedAt - ended.ReceivedAt) : null;
    }

    private sealed record Answer(ReportEvent Step, bool Sent, int Tries, TimeSpan RetryAt)
    {
        public bool IsOver(TimeSpan now) => Sent || Tries >= TriesMax || now < RetryAt;
    }
}
