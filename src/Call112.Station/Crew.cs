using Call112.Messages;

namespace Call112.Station;

/// <summary>What the crew does, by hardware button or panel: the same steps, another source.</summary>
internal static class Crew
{
    /// <summary>TERIMA: every alert that waits is acknowledged, each reported.</summary>
    public static void Acknowledge(Decision decision, ReportSource source)
    {
        foreach (var alert in decision.State.Alerts)
            if (alert.Waits)
                decision.Report(ReportEvent.Acknowledged, source, alert);
    }

    /// <summary>BERANGKAT: acknowledges what still waits; the newest acknowledged alert becomes Responding.</summary>
    public static void Respond(Decision decision, ReportSource source)
    {
        Acknowledge(decision, source);
        var alerts = decision.State.Alerts;
        for (var i = alerts.Length - 1; i >= 0; i--)
        {
            if (alerts[i].Step != ReportEvent.Acknowledged || alerts[i].Dispatch.Status == DispatchStatus.Test)
                continue;
            decision.Report(ReportEvent.Responding, source, alerts[i]);
            return;
        }
    }

    public static void Touch(Decision decision, StationInput.PanelTouched touch)
    {
        if (touch is { Action: PanelAction.Acknowledge, DispatchId: null })
            Acknowledge(decision, ReportSource.Panel);
        else if (touch is { Action: PanelAction.Respond, DispatchId: null })
            Respond(decision, ReportSource.Panel);
        else if (Target(decision.State, touch.DispatchId) is { } alert)
            Step(decision, alert, touch);
    }

    private static Alert? Target(StationState state, Guid? id) => id is { } known
        ? state.Find(known)
        : state.Alerts.LastOrDefault(alert => alert.Waits) ?? state.Alerts.LastOrDefault();

    private static void Step(Decision decision, Alert alert, StationInput.PanelTouched touch)
    {
        if (touch.Action == PanelAction.Decline)
        {
            decision.Report(ReportEvent.Declined, ReportSource.Panel, alert, reason: (touch.Reason ?? DeclineReason.Other).ToString());
            return;
        }

        var step = touch.Action switch
        {
            PanelAction.Acknowledge => ReportEvent.Acknowledged,
            PanelAction.Respond => ReportEvent.Responding,
            PanelAction.Arrive => ReportEvent.OnScene,
            PanelAction.ToHospital => ReportEvent.Transporting,
            PanelAction.AtHospital => ReportEvent.AtHospital,
            PanelAction.Complete => ReportEvent.Completed,
            _ => throw new ArgumentOutOfRangeException(nameof(touch), touch.Action, "an action without a step"),
        };
        // A ladder is climbed: what lies behind is not reported again.
        if (step <= alert.Step)
            return;
        if (alert.Waits && step != ReportEvent.Acknowledged)
            decision.Report(ReportEvent.Acknowledged, ReportSource.Panel, alert);
        decision.Report(step, ReportSource.Panel, alert, outcome: step == ReportEvent.Completed ? touch.Outcome ?? Outcome.Done : null);
    }
}
