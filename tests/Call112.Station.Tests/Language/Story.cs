using Call112.Messages;

namespace Call112.Station.Tests.Language;

/// <summary>
/// A station through any sequence of acts. After every input it checks what must always hold; it knows the rules only from the design:
/// who may make the siren sound, for how long, and what ends it.
/// </summary>
internal sealed class Story
{
    public const int Acts = 25;
    public const int Calls = 5;

    private readonly Dispatch[] _calls;
    private readonly HashSet<(Guid, int)> _sounded = [];
    private int _journaled;
    private int _reboots;

    public Story()
    {
        // Ids of their own, the same in every story: two runs must be comparable.
        Category[] categories = [Category.Fire, Category.Medical, Category.Disaster, Category.Protection, Category.Rescue];
        _calls = [.. categories.Select((category, i) => Call.Alert(category) with
        {
            DispatchId = new Guid(i + 1, 0, 0, new byte[8]),
            Incident = new Incident($"S{i}", category),
            Status = i == 1 ? DispatchStatus.Exercise : i == 4 ? DispatchStatus.Test : DispatchStatus.Actual,
        })];
        Station.AfterInput = Check;
    }

    public StationDriver Station { get; } = new();

    public void Play(IEnumerable<(int What, int Which, int Much)> story)
    {
        foreach (var (what, which, much) in story)
            Act(what, which, much);
        Station.Pass(0.2);
        // 60 s and 18 bursts of 10 s for each sounding; sampled once a second, and up to a time mark again for each reboot without a gap.
        var soundings = Station.Journal.OfType<JournalEntry.DispatchStored>().Count(entry => entry.Sounds);
        Assert.InRange(Station.OnTime[Outputs.Siren].TotalSeconds, 0, soundings * 262 + _reboots * 13);
    }

    private void Act(int what, int which, int much)
    {
        var call = _calls[which];
        switch (what)
        {
            case 0 or 1 or 2:
                Station.Send(call);
                break;
            case 3:
                _calls[which] = call.Update(priority: 1 + much % 5);
                Station.Send(_calls[which]);
                break;
            case 4:
                _calls[which] = call.Update() with { Status = (DispatchStatus)(much % 3), ExpiresAt = Station.Now.Wall + TimeSpan.FromMinutes(much - 20) };
                Station.Send(_calls[which]);
                break;
            case 5:
                Station.Send(call.Cancel());
                break;
            case 6:
                Station.Pass(much / 40.0);
                break;
            case 7:
                Station.Pass(TimeSpan.FromSeconds(much), TimeSpan.FromMilliseconds(100));
                break;
            case 8:
                Station.Pass(TimeSpan.FromSeconds(much * 20), TimeSpan.FromSeconds(1));
                break;
            case 9 or 10:
                Station.Press(what == 9 ? Inputs.Acknowledge : Inputs.Responding, TimeSpan.FromMilliseconds(much * 3));
                break;
            case 11:
                Station.Held ^= Levels.AllInputs[much % Levels.AllInputs.Count];
                Station.Pass(0.1);
                break;
            case 12:
                Station.Touch((PanelAction)(much % 7), much < 20 ? null : call, (DeclineReason)(much % 4), (Outcome)(much % 4));
                break;
            case 13:
                Station.Command((CommandKind)(much % 4), much < 50 ? null : new Guid(which, 1, 0, new byte[8]));
                break;
            case 14:
                Station.Restart(TimeSpan.FromSeconds(much));
                break;
            case 15:
                _reboots++;
                Station.Reboot(TimeSpan.FromSeconds(much), much < 50 ? null : TimeSpan.FromSeconds(much));
                break;
            case 16:
                Station.StepWall(TimeSpan.FromHours((much - 50) * 24 * 7));
                break;
            case 17:
                Station.Now = Station.Now with { Clock = much < 50 ? ClockState.Unsynchronized : ClockState.Synchronized };
                break;
            case 18:
                Station.Send(much < 50 ? new StationInput.StorageFailed("disk full") : new StationInput.StorageRecovered());
                break;
            case 19:
                Station.Dead = (Outputs)(much & 63);
                break;
            case 20:
                Station.Welded = much < 60 ? Outputs.None : (Outputs)(much & 63);
                break;
            case 21:
                Station.Send(new StationInput.ReceiptArrived(much < 80 ? Math.Max(0, Station.State.LastSequence - much) : Station.State.LastSequence + much));
                break;
            case 22:
                Station.CenterLives = much < 70;
                break;
            case 23:
                Station.Send(new StationInput.MessageRefused("no JSON", much < 50 ? null : call.DispatchId));
                break;
            case 24:
                var wire = Levels.AllInputs[much % Levels.AllInputs.Count];
                (Station.Cut, Station.Shorted) = much switch
                {
                    < 33 => (Station.Cut ^ wire, Station.Shorted),
                    < 66 => (Station.Cut, Station.Shorted ^ wire),
                    _ => (Inputs.None, Inputs.None),
                };
                Station.Pass(which * 0.3);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(what), what, "an act without a rule");
        }
    }

    private void Check()
    {
        var (state, now) = (Station.State, Station.Now.Monotonic);
        Assert.InRange(state.Alerts.Length, 0, StationState.OpenMax);
        Assert.InRange(state.Ended.Count, 0, StationState.EndedMax);
        Assert.DoesNotContain(state.Alerts, alert => state.Ended.ContainsKey(alert.Id));
        Assert.DoesNotContain(state.Alerts, alert => alert.SoundsSince > now || alert.ReceivedAt > now);

        for (; _journaled < Station.Journal.Count; _journaled++)
            if (Station.Journal[_journaled] is JournalEntry.DispatchStored { Sounds: true } sounding)
                Assert.True(_sounded.Add((sounding.Dispatch.DispatchId, sounding.Dispatch.Revision)), "the same revision sounded twice");

        if (state.IsQuietAt(now))
        {
            // The loop may then skip ticks: nothing may sound, and samples without news may not matter.
            Assert.Equal(Outputs.None, Station.Outputs);
            Assert.Same(state, StationCore.Apply(state, new StationInput.InputsSampled(Inputs.None), Station.Now, Station.Options).State);
        }

        var outputs = Station.Outputs;
        Assert.Equal(outputs, Annunciation.Of(state, Station.Options, now));
        var loud = state.Alerts.Where(alert => alert.Waits && alert.Dispatch.Status != DispatchStatus.Test && !alert.Dispatch.IsDiscreet).ToList();
        if (!outputs.HasFlag(Outputs.Siren))
        {
            // It never falls silent by accident: a real alert in its first minute is heard in its cadence.
            var young = loud.Where(alert => alert.Dispatch.Status == DispatchStatus.Actual).MaxBy(alert => alert.SoundsSince);
            Assert.False(young is { Silenced: false } && now - young.SoundsSince < TimeSpan.FromSeconds(60) && Cadence.Of(young).IsOn(now - young.SoundsSince)
                && loud.Count(alert => alert.SoundsSince == young.SoundsSince) == 1, "an alert that should sound does not");
            return;
        }

        // Somebody waits, within ten minutes, and if any of it is real, the drill is not what is heard.
        Assert.Contains(loud, alert => !alert.Silenced && now - alert.SoundsSince < TimeSpan.FromMinutes(10));
        var actual = loud.Where(alert => alert.Dispatch.Status == DispatchStatus.Actual).ToList();
        if (actual.Count > 0)
            Assert.Contains(actual, alert => !alert.Silenced && Cadence.Of(alert).IsOn(now - alert.SoundsSince));
    }
}
