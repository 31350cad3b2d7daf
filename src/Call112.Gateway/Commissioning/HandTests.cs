using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Commissioning;

/// <summary>
/// The tests that need a person at the box: something is done by hand or asked of the centre, the journal shows that the box has noticed, and the
/// technician says what he has seen and heard. Nothing is driven from here.
/// </summary>
internal sealed class HandTests(CommissionPlace place)
{
    /// <summary>How long somebody may take to press, open or switch something.</summary>
    public static readonly TimeSpan HandWithin = TimeSpan.FromMinutes(5);

    /// <summary>How long the centre may take to send a drill.</summary>
    public static readonly TimeSpan DrillWithin = TimeSpan.FromMinutes(10);

    /// <summary>How long the press of TERIMA may take.</summary>
    public static readonly TimeSpan PressWithin = TimeSpan.FromMinutes(2);

    /// <summary>How long the box may take to sound: far beyond what it needs, and the journal is looked at every half second only.</summary>
    private static readonly TimeSpan s_soundsWithin = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>Lamps and buzzer: the self-test reads them back, and a person says that they work.</summary>
    public async Task<Finding> OutputsAsync(CancellationToken cancel)
    {
        var rule = new SelfTestRule();
        place.Journal.Mark();
        Do("do.Outputs", HandWithin);
        if (!await WaitAsync(rule.Take, () => rule.Found is not null, HandWithin, cancel))
            return NotSeen("no self-test was seen");
        if (rule.Found is { Result: AcceptanceResult.Failed } failed)
            return failed;
        return await place.Dialogue.AskAsync("ask.Outputs", cancel)
            ? Finding.Passed($"{rule.Found!.Value.Seen}; seen and heard")
            : Finding.Failed($"{rule.Found!.Value.Seen}; not seen or not heard");
    }

    /// <summary>A drill from the centre through the true path: what sounds, what is lit, and the button that answers it.</summary>
    public async Task<Finding> DrillAsync(CancellationToken cancel)
    {
        var rule = new DrillRule();
        place.Journal.Mark();
        if ((await place.LookAsync(cancel))?.Alerts.Any(alert => alert.Status == DispatchStatus.Actual) == true)
        {
            place.Dialogue.Say("drill.call");
            return Finding.Failed(DrillRule.RealCall);
        }

        Do("do.Drill", DrillWithin);
        if (!await WaitAsync(rule.Take, () => rule.HasCome || rule.Ended is not null, DrillWithin, cancel))
            return NotSeen("no Exercise came");
        if (!await WaitAsync(rule.Take, () => rule.SoundedAfterMs is not null || rule.Ended is not null, s_soundsWithin, cancel))
            return Finding.Failed($"Exercise {rule.Incident} came, and nothing read back as sounding");
        if (rule.Ended is not null)
            return Over(rule);
        place.Dialogue.Say("drill.sounds", ("incident", rule.Incident));
        foreach (var question in QuestionsOf(place.Options.Station.Style))
        {
            var heard = await place.Dialogue.AskAsync(question, cancel);
            // What was heard may have been a real call, which goes before a drill: the crew answers it, and nobody presses TERIMA for a test.
            Follow(rule.Take);
            if (rule.Ended is not null)
                return Over(rule);
            if (!heard)
                return Finding.Failed($"Exercise {rule.Incident} read back as sounding; the technician says no to {question}");
        }

        return await PressesAsync(rule, cancel);
    }

    /// <summary>TERIMA answers the drill; where there is a BERANGKAT, it takes it one step on.</summary>
    private async Task<Finding> PressesAsync(DrillRule rule, CancellationToken cancel)
    {
        Do("do.Accept", PressWithin);
        await WaitAsync(rule.Take, () => rule.Acknowledged is not null || rule.Ended is not null, PressWithin, cancel);
        var found = rule.Judge(place.Has(Inputs.Acknowledge));
        if (found.Result == AcceptanceResult.Passed && place.Has(Inputs.Responding))
        {
            Do("do.Respond", PressWithin);
            await WaitAsync(rule.Take, () => rule.Responding is not null || rule.Ended is not null, PressWithin, cancel);
            found = rule.JudgeResponding(found);
        }

        place.Dialogue.Say("drill.open");
        return found;
    }

    /// <summary>The drill is over before it was tried; when a real call did that, the technician is told who goes first.</summary>
    private Finding Over(DrillRule rule)
    {
        if (rule.Ended == DrillRule.RealCall)
            place.Dialogue.Say("drill.call");
        return Finding.Failed(rule.HasCome ? $"Exercise {rule.Incident}: {rule.Ended}" : rule.Ended!);
    }

    /// <summary>An input that raises an alarm, and ends it.</summary>
    /// <param name="key">Of the text that says what to do.</param>
    public async Task<Finding> AlarmAsync(Inputs input, string key, ReportEvent raised, ReportEvent ended, CancellationToken cancel)
    {
        if (!place.Has(input))
            return Finding.NotPresent($"the profile has no input {Levels.NameOf(input)}");
        var rule = new AlarmRule(raised, ended);
        place.Journal.Mark();
        Do(key, HandWithin);
        return await WaitAsync(rule.Take, () => rule.Found is not null, HandWithin, cancel) ? rule.Found!.Value : NotSeen(rule.Missing);
    }

    /// <summary>What a post of this style lets people hear and see.</summary>
    private static string[] QuestionsOf(AnnunciationStyle style) => style switch
    {
        AnnunciationStyle.Siren => ["ask.Siren", "ask.Strobe"],
        AnnunciationStyle.Chime => ["ask.Chime", "ask.Strobe"],
        AnnunciationStyle.Light => ["ask.Light"],
        _ => throw new ArgumentOutOfRangeException(nameof(style), style, "a style without questions"),
    };

    private void Do(string key, TimeSpan within) => place.Dialogue.Say(key, ("minutes", $"{within.TotalMinutes:0}"));

    /// <summary>Where the journal could not be read, that is the finding.</summary>
    private Finding NotSeen(string what) =>
        Finding.Failed(place.Journal.Problem is { } problem ? $"{what}; the journal cannot be read: {problem}" : what);

    private void Follow(Action<JournalEntry> take)
    {
        foreach (var entry in place.Journal.Next())
            take(entry);
    }

    /// <summary>Follows the journal until the rule is content.</summary>
    /// <returns>False when it was not in time.</returns>
    private async Task<bool> WaitAsync(Action<JournalEntry> take, Func<bool> isDone, TimeSpan within, CancellationToken cancel)
    {
        var began = place.Time.GetTimestamp();
        while (true)
        {
            Follow(take);
            if (isDone())
                return true;
            if (place.Time.GetElapsedTime(began) >= within)
                return false;
            await Task.Delay(s_lookEvery, place.Time, cancel);
        }
    }
}
