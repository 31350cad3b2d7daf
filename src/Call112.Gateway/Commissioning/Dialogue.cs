using Call112.Messages;

namespace Call112.Gateway.Commissioning;

/// <summary>The answers ended before the questions: a terminal that was closed, a file that is too short.</summary>
internal sealed class AnswersEndedException : Exception;

/// <summary>The talk with the technician, line by line: a terminal, or a file of answers.</summary>
/// <param name="answers">One line for each question.</param>
/// <param name="echoes">Show the answers: where nobody types them.</param>
/// <param name="forget">Called before each question: what was typed before it was asked is no answer to it.</param>
internal sealed class Dialogue(TextReader answers, TextWriter told, CommissionTexts texts, bool echoes, Action? forget = null)
{
    public void Say(string key, params ReadOnlySpan<(string Name, string Value)> values) => Line(texts.Of(key, values));

    public void Line(string line) => told.WriteLine(line);

    public string Text(string key, params ReadOnlySpan<(string Name, string Value)> values) => texts.Of(key, values);

    /// <summary>A question that is answered by yes or no, asked until it is.</summary>
    /// <exception cref="AnswersEndedException">There are no more answers.</exception>
    public async Task<bool> AskAsync(string key, CancellationToken cancel)
    {
        while (true)
        {
            switch ((await AnswerAsync($"      ? {texts.Of(key)} {texts.Of("choice")}", cancel)).ToUpperInvariant())
            {
                case "Y" or "YA" or "YES":
                    return true;
                case "T" or "TIDAK" or "N" or "NO":
                    return false;
            }

            Say("choice.wrong");
        }
    }

    /// <summary>Who stands for the acceptance.</summary>
    /// <inheritdoc cref="AskAsync" path="/exception"/>
    public async Task<string> TechnicianAsync(CancellationToken cancel)
    {
        while (true)
        {
            var name = await AnswerAsync(texts.Of("technician"), cancel);
            if (IsName(name))
                return name;
            Say("technician.wrong", ("max", $"{AcceptanceRecord.TechnicianMaxLength}"));
        }
    }

    public static bool IsName(string name) =>
        name.Length is > 0 and <= AcceptanceRecord.TechnicianMaxLength && !name.Any(char.IsControl) && !name.Any(char.IsSurrogate);

    private async Task<string> AnswerAsync(string question, CancellationToken cancel)
    {
        forget?.Invoke();
        told.Write($"{question} ");
        told.Flush();
        // A terminal is read without a way to give up; whoever stops the test must not wait for an answer.
        var answer = (await Task.Run(answers.ReadLine, cancel).WaitAsync(cancel) ?? throw new AnswersEndedException()).Trim();
        if (echoes)
            told.WriteLine(answer);
        return answer;
    }
}
