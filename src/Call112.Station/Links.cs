using Call112.Messages;

namespace Call112.Station;

/// <summary>Centre and uplinks, judged by evidence and its age alone (F9). A station that is deaf says so to its own staff first.</summary>
internal static class Links
{
    public static void CenterHeard(Decision decision)
    {
        decision.Sense(decision.State.Senses with { CenterHeardAt = decision.Now.Monotonic });
        decision.Clear(ReportEvent.CenterLost);
    }

    public static void UplinkProved(Decision decision, string name)
    {
        var senses = decision.State.Senses;
        var proved = new UplinkSense(name, decision.Now.Monotonic);
        var index = -1;
        for (var i = 0; i < senses.Uplinks.Length; i++)
            if (senses.Uplinks[i].Name == name)
                index = i;
        decision.Sense(senses with { Uplinks = index < 0 ? senses.Uplinks.Add(proved) : senses.Uplinks.SetItem(index, proved) });
        decision.Clear(ReportEvent.UplinkLost, name);
    }

    public static void Judge(Decision decision)
    {
        var now = decision.Now.Monotonic;
        if (decision.Timing.Link.Judge(decision.State.Senses.CenterHeardAt, now) == LinkVerdict.Down)
            decision.Raise(ReportEvent.CenterLost);
        foreach (var uplink in decision.State.Senses.Uplinks)
            if (decision.Timing.Link.Judge(uplink.LastProof, now) == LinkVerdict.Down)
                decision.Raise(ReportEvent.UplinkLost, uplink.Name);
    }
}
