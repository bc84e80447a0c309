"""The suite of LogicKor."""
