namespace ServerlessRosa.XlsForms;

/// <summary>
/// Finds calculations and relevance conditions that depend on themselves. A node depends on what its calculation and its condition refer
/// to, and on the groups around it.
/// </summary>
internal sealed class DependencyCycles(FormContext context, SurveyTree tree)
{
    private enum State
    {
        New,
        Open,
        Done,
    }

    private readonly Dictionary<SurveyElement, State> _states = [];

    public void Check()
    {
        foreach (var element in tree.Root.DescendantsAndSelf())
        {
            if (_states.GetValueOrDefault(element) == State.New)
                Walk(element);
        }
    }

    /// <summary>A depth-first walk without recursion: a chain of references can be as long as the form.</summary>
    private void Walk(SurveyElement start)
    {
        var path = new Stack<(SurveyElement Element, IEnumerator<SurveyElement> Next)>();
        void Open(SurveyElement element)
        {
            _states[element] = State.Open;
            path.Push((element, Dependencies(element).GetEnumerator()));
        }

        Open(start);
        while (path.TryPeek(out var top))
        {
            if (!top.Next.MoveNext())
            {
                top.Next.Dispose();
                _states[top.Element] = State.Done;
                path.Pop();
                continue;
            }
            switch (_states.GetValueOrDefault(top.Next.Current))
            {
                case State.New:
                    Open(top.Next.Current);
                    break;
                case State.Open:
                    Report(top.Next.Current, [.. path.Select(entry => entry.Element)]);
                    break;
            }
        }
    }

    private IEnumerable<SurveyElement> Dependencies(SurveyElement element)
    {
        var calculation = element.Trigger is null ? element.Calculation : null;
        foreach (var expression in new[] { calculation, element.Bind.GetValueOrDefault("relevant")?.Text })
        {
            // Predicates and indexed-repeat() can refer to another instance of the same question, which is no cycle.
            if (
                expression is null
                || expression.Contains('[', StringComparison.Ordinal)
                || expression.Contains("indexed-repeat", StringComparison.Ordinal)
            )
                continue;
            foreach (var reference in Reference.FindAll(expression).Where(reference => !reference.IsLastSaved))
            {
                if (tree.Find(reference.Name) is { } target)
                    yield return target;
            }
        }
        if (element.Parent is { } parent)
            yield return parent;
    }

    private void Report(SurveyElement first, SurveyElement[] path)
    {
        var cycle = path.TakeWhile(element => element != first)
            .Append(first)
            .Reverse()
            .Append(first)
            .Select(element => element.Name)
            .ToList();
        var shown = cycle.Count <= 8 ? string.Join(" → ", cycle) : $"{string.Join(" → ", cycle.Take(6))} → … → {cycle[^1]}";
        var column = first.Calculation is not null
            ? context.Survey.HeaderOf("bind", "calculate")
            : context.Survey.HeaderOf("bind", "relevant");
        var text = $"The value or relevance depends on itself: {shown}.";
        context.Messages.Check(SheetName.Survey, first.Row == 0 ? null : first.Row, column, text);
    }
}
